package io.blockwork.compiled;

import io.blockwork.engine.BoundInference;
import io.blockwork.engine.StepwiseBinding;
import io.blockwork.io.SafeText;
import io.blockwork.parameters.Parameters;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import org.slf4j.LoggerFactory;

/**
 * Binds plans while other plans answer: part by part between their runs, or as a whole on threads
 * of its own where the engine does not bind in parts. A new thread would take its processor from
 * those that compute, which wait for each other: for small networks, that stops a caller longer
 * than to bind.
 *
 * <p>What is bound as a whole runs once before it is handed over: the first run of a plan lays the
 * weights out for its kernels and touches its memory.
 */
final class BackgroundBinding {
  private final Parameters parameters;
  private final IntFunction<BoundInference> bind;
  private final IntFunction<Optional<StepwiseBinding>> begin;
  private final Rehearsal rehearsal;

  /** What the engine has said, once it was asked. */
  private volatile Optional<Boolean> inParts = Optional.empty();

  /** Runs a plan on images that nobody needs. */
  interface Rehearsal {
    void run(BoundInference plan, int batch);
  }

  /** Takes a plan over. */
  interface Receiver {
    void take(int batch, BoundInference plan);
  }

  /**
   * @param parameters the network's; closing them waits for plans that are being bound
   * @param bind makes a plan for a batch size
   * @param begin begins to make one part by part, if the engine can
   * @param rehearsal runs it once
   */
  BackgroundBinding(
      Parameters parameters,
      IntFunction<BoundInference> bind,
      IntFunction<Optional<StepwiseBinding>> begin,
      Rehearsal rehearsal) {
    this.parameters = parameters;
    this.bind = bind;
    this.begin = begin;
    this.rehearsal = rehearsal;
  }

  /**
   * Whether the engine binds part by part; as it answers alike for all sizes, it is asked once. A
   * failure counts as no: the next binding meets it again, and tells of it.
   */
  boolean inParts() {
    Optional<Boolean> known = inParts;
    if (known.isEmpty()) {
      known = Optional.of(isBegun(PlansToCome.SINGLE));
      inParts = known;
    }
    return known.get();
  }

  private boolean isBegun(int batch) {
    try {
      // Nothing is made before the first part.
      return begin(batch).isPresent();
    } catch (RuntimeException | Error e) {
      log(batch, e);
      return false;
    }
  }

  /** Begins to bind a plan part by part; empty if the engine cannot. */
  Optional<StepwiseBinding> begin(int batch) {
    return begin.apply(batch);
  }

  /** The same with a first run as its last part, for a plan that is to stand in for others. */
  Optional<StepwiseBinding> beginRehearsed(int batch) {
    return begin(batch).map(parts -> rehearsed(batch, parts));
  }

  private StepwiseBinding rehearsed(int batch, StepwiseBinding binding) {
    return new StepwiseBinding() {
      private Optional<BoundInference> bound = Optional.empty();

      @Override
      public Optional<BoundInference> advance() {
        if (bound.isEmpty()) {
          bound = binding.advance();
          return Optional.empty();
        }
        rehearsal.run(bound.get(), batch);
        return bound;
      }

      @Override
      public void close() {
        bound.ifPresentOrElse(BoundInference::close, binding::close);
      }
    };
  }

  /**
   * Does parts, at least one, until so much time has passed.
   *
   * @return the plan once it is complete, and then of no use to {@code binding} any more
   */
  static Optional<BoundInference> advance(StepwiseBinding binding, long nanos) {
    long start = System.nanoTime();
    Optional<BoundInference> plan = binding.advance();
    while (plan.isEmpty() && System.nanoTime() - start < nanos) {
      plan = binding.advance();
    }
    return plan;
  }

  /** Logs why there is no plan yet. */
  static void log(int batch, Throwable why) {
    LoggerFactory.getLogger(BackgroundBinding.class)
        .warn(
            "a plan for batches of {} images could not be bound in the background; the next such"
                + " batch binds it in its own call: {}",
            batch,
            SafeText.of(String.valueOf(why)));
  }

  /**
   * Binds a plan on another thread.
   *
   * @param needless asked before it begins; if so, {@code failed} is called
   * @param done gets the plan
   * @param failed gets the batch size if there will be no plan; why has been logged
   */
  void start(int batch, BooleanSupplier needless, Receiver done, IntConsumer failed) {
    Consumer<Throwable> fail =
        why -> {
          log(batch, why);
          failed.accept(batch);
        };
    Runnable task =
        () ->
            parameters.read(
                () -> {
                  if (needless.getAsBoolean()) {
                    failed.accept(batch);
                  } else {
                    bind(batch, done, fail);
                  }
                  return true;
                });
    Thread thread = new Thread(task, "blockwork-bind");
    thread.setDaemon(true);
    try {
      thread.start();
    } catch (OutOfMemoryError e) {
      // No thread is to be had.
      fail.accept(e);
    }
  }

  private void bind(int batch, Receiver done, Consumer<Throwable> fail) {
    BoundInference plan;
    try {
      plan = bind.apply(batch);
    } catch (RuntimeException | Error e) {
      fail.accept(e);
      return;
    }
    try {
      rehearsal.run(plan, batch);
    } catch (RuntimeException | Error e) {
      plan.close();
      fail.accept(e);
      return;
    }
    done.take(batch, plan);
  }
}
