package io.blockwork.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;

import io.blockwork.Parameters;
import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.InferenceBinder;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;

/** A generated inference pass bound for one micro-batch, with its memory. */
final class InferencePlan implements AutoCloseable {
  private final Plan plan;
  private final ForwardPass pass;
  private final PlanTensor input;
  private final PlanTensor output;
  private final Transfer images;
  private final Transfer results;

  /** Moves values between an array of the caller and a tensor of the plan. */
  private static final class Transfer {
    private final Plan plan;
    private final memory user;
    private final reorder reorder;
    private final IntMemoryMap arguments;
    private final Address address = new Address(0);

    Transfer(Plan plan, PlanTensor tensor, boolean inwards) {
      this.plan = plan;
      memory.desc plain =
          plan.own(
              new memory.desc(
                  new long[] {plan.batch(), tensor.channels(), tensor.height(), tensor.width()},
                  memory.data_type.f32,
                  memory.format_tag.nchw));
      user = plan.wrap(plain, 0);
      memory own = plan.view(tensor);
      reorder = plan.own(inwards ? new reorder(user, own) : new reorder(own, user));
      arguments = plan.own(new IntMemoryMap());
      arguments.put(DNNL_ARG_FROM, inwards ? user : own);
      arguments.put(DNNL_ARG_TO, inwards ? own : user);
    }

    void run(long userAddress) {
      user.set_data_handle(address.moveTo(userAddress));
      reorder.execute(plan.stream(), arguments);
    }
  }

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
      images = new Transfer(plan, input, true);
      results = new Transfer(plan, output, false);
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
