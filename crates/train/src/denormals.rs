//! Denormal numbers treated as zero for the length of a call: arithmetic on them costs a hundred times an ordinary number's.
//!
//! Rust takes the floating-point environment to be the default one everywhere, so it must not be changed between two of
//! its own statements, whose arithmetic the compiler may move across. Here one assembly block sets the flags, calls, and
//! puts them back before it ends: what is compiled around the block never sees them. The compiler cannot look through
//! that call either, so what runs inside stays inside.
//!
//! What remains is the contract of [`flushing_denormals`]: code inside computes zero where IEEE 754 has a denormal, except
//! for what the compiler computed beforehand. So the work must not depend on denormals, and neither memory safety nor
//! control flow may hang on the difference. Arithmetic of networks does not: it is the same to within 2⁻¹²⁶.
#![allow(unsafe_code)] // each block gives its reason

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Runs `work` on this thread with denormals treated as zero (in operands and in results; on ARM in results of half
/// precision not). Other threads, and this one afterwards, are as they were; so they are after a panic, which goes on. A
/// thread that the work starts, though, may begin with the flags of this one.
/// On other processors than x86-64 and 64-bit ARM it only runs `work`.
pub(crate) fn flushing_denormals<R>(work: impl FnOnce() -> R) -> R {
    let (mut work, mut outcome) = (Some(work), None);
    // No panic may unwind through the assembly's frame.
    call(&mut || outcome = work.take().map(|work| catch_unwind(AssertUnwindSafe(work))));
    match outcome.expect("the work has run") {
        Ok(result) => result,
        Err(panic) => resume_unwind(panic),
    }
}

/// Calls a task that never unwinds, with flags DAZ and FTZ of this thread's MXCSR set.
#[cfg(target_arch = "x86_64")]
fn call(mut task: &mut dyn FnMut()) {
    extern "sysv64" fn run(task: &mut &mut dyn FnMut()) {
        task();
    }
    const DAZ_AND_FTZ: u32 = 1 << 6 | 1 << 15;
    let mut saved_and_set = [0_u32; 2];
    // SAFETY: MXCSR is what it was when the block ends: `run` returns, since the task does not unwind. The two registers
    // that hold addresses over the call are ones that a callee preserves; all that it may change is named as changed. The
    // addresses are those of locals that outlive the block, and the stack is aligned for calls on entry.
    unsafe {
        std::arch::asm!(
            "stmxcsr dword ptr [r12]",
            "mov eax, dword ptr [r12]",
            "or eax, {flags}",
            "mov dword ptr [r12 + 4], eax",
            "ldmxcsr dword ptr [r12 + 4]",
            "call r13",
            "ldmxcsr dword ptr [r12]",
            flags = const DAZ_AND_FTZ,
            in("r12") saved_and_set.as_mut_ptr(),
            in("r13") run as extern "sysv64" fn(&mut &mut dyn FnMut()),
            inlateout("rdi") &raw mut task => _,
            clobber_abi("sysv64"),
        );
    }
}

/// Calls a task that never unwinds, with flag FZ of this thread's FPCR set.
#[cfg(target_arch = "aarch64")]
fn call(mut task: &mut dyn FnMut()) {
    extern "C" fn run(task: &mut &mut dyn FnMut()) {
        task();
    }
    // SAFETY: FPCR is what it was when the block ends: `run` returns, since the task does not unwind. Its old value is kept
    // in a register that a callee preserves; all that it may change is named as changed.
    unsafe {
        std::arch::asm!(
            "mrs x20, fpcr",
            "orr x9, x20, {fz}",
            "msr fpcr, x9",
            "blr x21",
            "msr fpcr, x20",
            fz = const 1_u64 << 24,
            out("x20") _,
            in("x21") run as extern "C" fn(&mut &mut dyn FnMut()),
            inlateout("x0") &raw mut task => _,
            clobber_abi("C"),
        );
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn call(task: &mut dyn FnMut()) {
    task();
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hint::black_box;
    use std::sync::mpsc;

    /// Half of the smallest normal number: a denormal, or zero.
    fn halved() -> f32 {
        black_box(f32::MIN_POSITIVE) * black_box(0.5)
    }

    #[test]
    fn denormals_are_zero_on_the_calling_thread_while_the_work_runs() {
        let (ask, asked) = mpsc::channel::<()>();
        let (answer, answered) = mpsc::channel();
        let other = std::thread::spawn(move || asked.iter().try_for_each(|()| answer.send(halved())));
        let ask_other = || {
            ask.send(()).unwrap();
            answered.recv().unwrap()
        };
        assert!(halved() > 0.0);
        let (here, elsewhere) = flushing_denormals(|| (halved(), ask_other()));
        assert_eq!(here, 0.0);
        assert!(elsewhere > 0.0);
        assert!(halved() > 0.0);
        drop(ask);
        other.join().unwrap().unwrap();
    }

    #[test]
    fn denormal_operands_count_as_zero() {
        assert_eq!(flushing_denormals(|| black_box(1e-39_f32) * black_box(1e30)), 0.0);
    }

    #[test]
    fn calls_may_be_nested() {
        assert_eq!(flushing_denormals(|| (flushing_denormals(halved), halved())), (0.0, 0.0));
        assert!(halved() > 0.0);
    }

    #[test]
    fn a_panic_goes_on_and_leaves_the_thread_as_it_was() {
        let panic = catch_unwind(|| flushing_denormals(|| resume_unwind(Box::new(halved())))).unwrap_err();
        assert_eq!(panic.downcast_ref::<f32>(), Some(&0.0));
        assert!(halved() > 0.0);
    }
}
