package io.blockwork.engine.onednn;

import io.blockwork.Parameters;
import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.InferenceBinder;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** A generated inference pass bound for one micro-batch, with its memory. */
final class InferencePlan implements AutoCloseable {
  private final Plan plan;
  private final ForwardPass pass;
  private final PlanTensor input;
  private final PlanTensor output;
  private final Transfer images;
  private final Transfer results;

  /**
   * Binds the pass.
   *
   * @param layout the layout of activations, or nothing for the best that the network allows
   */
  InferencePlan(
      Parameters parameters,
      PackedWeights weights,
      int batch,
      Precision precision,
      Optional<Layout> layout,
      boolean timed,
      Function<InferenceBinder, ForwardPass> network) {
    InferenceRecorder recorder = new InferenceRecorder(parameters, weights);
    pass = network.apply(recorder);
    input = recorder.memories().use(pass.input());
    output = recorder.memories().use(pass.output());
    Set<PlanTensor> floats =
        precision != Precision.FLOAT && recorder.isLinearOutput(output) ? Set.of(output) : Set.of();
    Layout chosen =
        precision == Precision.FLOAT && recorder.blocksFit(input)
            ? layout.orElse(Layout.BLOCKED)
            : Layout.CHANNELS_LAST;
    plan =
        new Plan(
            new Plan.Settings(batch, precision, chosen, timed),
            recorder.memories().elements(),
            input,
            floats);
    try {
      recorder.compile(plan);
      images = Transfer.into(plan, input);
      results = Transfer.outOf(plan, output);
    } catch (RuntimeException e) {
      plan.close();
      throw e;
    }
  }

  int batch() {
    return plan.batch();
  }

  PlanTensor input() {
    return input;
  }

  PlanTensor output() {
    return output;
  }

  /**
   * Runs the pass.
   *
   * @param imagesAddress the plan's batch of images, float {@code nchw}
   * @param resultsAddress receives the results, likewise
   */
  void run(long imagesAddress, long resultsAddress) {
    images.run(imagesAddress);
    pass.run();
    results.run(resultsAddress);
  }

  List<Execution> executions() {
    return plan.executions();
  }

  long bytes() {
    return plan.bytes();
  }

  @Override
  public void close() {
    plan.close();
  }
}
