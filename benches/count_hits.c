/* Counts the positions in a file at which any of a list of literals begins or ends, with Hyperscan in block mode on one
 * thread: count_hits LITERALS FILE. It does not find lines, records or incidents. */
#include <fcntl.h>
#include <hs/hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { MAX_LITERALS = 4096, BLOCK = 4 << 20 };

static int count(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *hits) {
    (void)id, (void)from, (void)to, (void)flags;
    ++*(unsigned long *)hits;
    return 0;
}

int main(int argc, char **argv) {
    if (argc != 3) return fprintf(stderr, "usage: count_hits LITERALS FILE\n"), 2;
    FILE *list = fopen(argv[1], "r");
    int file = open(argv[2], O_RDONLY);
    struct stat about;
    if (!list || file < 0 || fstat(file, &about)) return perror("count_hits"), 2;

    static char *literals[MAX_LITERALS];
    static unsigned flags[MAX_LITERALS], ids[MAX_LITERALS];
    static size_t lengths[MAX_LITERALS];
    char line[1024];
    unsigned n = 0;
    while (n < MAX_LITERALS && fgets(line, sizeof line, list)) {
        lengths[n] = strcspn(line, "\n");
        literals[n] = strndup(line, lengths[n]);
        ids[n++] = 0;
    }

    hs_database_t *database;
    hs_compile_error_t *error;
    hs_scratch_t *scratch = NULL;
    if (hs_compile_lit_multi((const char *const *)literals, flags, ids, lengths, n, HS_MODE_BLOCK, NULL, &database, &error))
        return fprintf(stderr, "%s\n", error->message), 1;
    if (hs_alloc_scratch(database, &scratch)) return 1;

    size_t size = about.st_size;
    char *text = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
    if (text == MAP_FAILED) return perror("mmap"), 2;
    unsigned long hits = 0;
    for (size_t at = 0; at < size; at += BLOCK)
        hs_scan(database, text + at, size - at < BLOCK ? size - at : BLOCK, 0, scratch, count, &hits);
    printf("%lu\n", hits);
}
