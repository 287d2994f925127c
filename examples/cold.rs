use std::time::Instant;
fn main() {
    let t = Instant::now();
    let c = clawsift::catalogue::Catalogue::embedded().unwrap();
    println!("load {:?}", t.elapsed());
    let t = Instant::now();
    let _e = clawsift::engine::Engine::new(c).unwrap();
    println!("engine {:?}", t.elapsed());
}
