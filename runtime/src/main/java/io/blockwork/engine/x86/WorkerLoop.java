package io.blockwork.engine.x86;

import static io.blockwork.engine.x86.Operand.at;
import static io.blockwork.engine.x86.Register.R12;
import static io.blockwork.engine.x86.Register.R13;
import static io.blockwork.engine.x86.Register.R14;
import static io.blockwork.engine.x86.Register.R15;
import static io.blockwork.engine.x86.Register.RAX;
import static io.blockwork.engine.x86.Register.RBP;
import static io.blockwork.engine.x86.Register.RBX;
import static io.blockwork.engine.x86.Register.RCX;
import static io.blockwork.engine.x86.Register.RDI;
import static io.blockwork.engine.x86.Register.RSP;

import io.blockwork.engine.x86.Assembler.Condition;
import java.util.List;

/**
 * The frame of a function that OpenMP's threads run together: thread {@code t} of {@code n} does
 * the work of workers {@code t}, {@code t + n} and so on, so that all is done however many threads
 * the system gives.
 *
 * @param workers how many pieces of work there are
 * @param threadNumber address of {@code omp_get_thread_num}
 * @param threads address of {@code omp_get_num_threads}
 */
public record WorkerLoop(int workers, long threadNumber, long threads) {
  /** The loop of so many workers on that pool. */
  public static WorkerLoop of(int workers, OpenMpRegion region) {
    return new WorkerLoop(workers, region.threadNumber(), region.threads());
  }

  /** Every component: a record's own hash costs a process milliseconds before its first use. */
  public List<Object> key() {
    return List.of(workers, threadNumber, threads);
  }

  /** Words of a worker's arguments. */
  public static final int ARGUMENTS = 8;

  /** Where the stack of the worker's own begins, and its bytes. */
  public static final int FREE = 24;

  private static final int FRAME = 56;
  private static final Operand BASE = at(RSP, 0);
  private static final Operand WORKER = at(RSP, 8);
  private static final Operand STEP = at(RSP, 16);

  /** Registers that a function must leave as they were (System V ABI for x86-64, section 3.2.1). */
  private static final List<Register> SAVED = List.of(RBX, RBP, R12, R13, R14, R15);

  /**
   * Writes the function, whose argument is the address of the workers' arguments.
   *
   * @param worker writes what a worker does; its arguments' address is in {@code RBX}
   */
  public void write(Assembler a, Runnable worker) {
    SAVED.forEach(a::push);
    a.sub(RSP, FRAME); // now a multiple of 16, as calls want it
    a.store(BASE, RDI);
    call(a, threadNumber, WORKER);
    call(a, threads, STEP);
    Label next = a.here();
    Label done = a.label();
    a.load(RAX, WORKER);
    a.compare(RAX, workers);
    a.jump(Condition.AT_LEAST, done);
    a.multiply(RCX, RAX, ARGUMENTS * Long.BYTES);
    a.load(RBX, BASE);
    a.add(RBX, RCX);
    worker.run();
    a.load(RAX, WORKER);
    a.load(RCX, STEP);
    a.add(RAX, RCX);
    a.store(WORKER, RAX);
    a.compare(RCX, 0);
    a.jump(Condition.NOT_ZERO, next);
    a.place(done);
    a.zeroUpper();
    a.add(RSP, FRAME);
    for (int i = SAVED.size() - 1; i >= 0; i--) {
      a.pop(SAVED.get(i));
    }
    a.ret();
  }

  private static void call(Assembler a, long function, Operand result) {
    a.move(RAX, function);
    a.call(RAX);
    a.widen(RAX, RAX);
    a.store(result, RAX);
  }
}
