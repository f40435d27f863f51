package io.blockwork.compiled;

import io.blockwork.engine.BoundInference;
import io.blockwork.io.SafeText;
import io.blockwork.parameters.Parameters;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import org.slf4j.LoggerFactory;

/**
 * Binds plans on threads of its own, while other plans answer. Each runs once before it is handed
 * over: the first run of a plan lays the weights out for its kernels and touches its memory.
 */
final class BackgroundBinding {
  private final Parameters parameters;
  private final IntFunction<BoundInference> bind;
  private final Rehearsal rehearsal;

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
   * @param rehearsal runs it once
   */
  BackgroundBinding(Parameters parameters, IntFunction<BoundInference> bind, Rehearsal rehearsal) {
    this.parameters = parameters;
    this.bind = bind;
    this.rehearsal = rehearsal;
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
          LoggerFactory.getLogger(BackgroundBinding.class)
              .warn(
                  "a plan for batches of {} images could not be bound in the background; the next"
                      + " such batch binds it in its own call: {}",
                  batch,
                  SafeText.of(String.valueOf(why)));
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
