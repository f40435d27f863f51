package io.blockwork.engine.onednn;

import io.blockwork.engine.ActivationObserver;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.Kernels;
import io.blockwork.engine.Precision;
import io.blockwork.engine.Quantization;
import io.blockwork.parameters.Parameters;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A generated inference pass bound for one micro-batch, with its memory. */
final class BoundMicroBatch implements AutoCloseable {
  private final BoundPlan plan;
  private final ForwardPass pass;
  private final PlanTensor input;
  private final List<PlanTensor> outputs;
  private final Transfer images;
  private final List<Transfer> results;

  /** A pass whose kernels are made. */
  BoundMicroBatch(BoundPlan plan, ForwardPass pass, PlanTensor input, List<PlanTensor> outputs) {
    this.plan = plan;
    this.pass = pass;
    this.input = input;
    this.outputs = outputs;
    this.images = Transfer.into(plan, input);
    this.results = outputs.stream().map(output -> Transfer.outOf(plan, output)).toList();
  }

  /**
   * Begins to bind the pass: gives it its memory.
   *
   * @param batch images of a run, by which kernels are chosen
   * @param part images of the micro-batch
   * @param options precision, and whether bits repeat
   * @param layout the layout of activations, or nothing for the best that the network allows
   */
  static UnfinishedMicroBatch begin(
      Parameters parameters,
      PlanWeights weights,
      int batch,
      int part,
      EngineOptions options,
      Optional<Layout> layout,
      boolean timed,
      Function<InferenceBinder, ForwardPass> network) {
    Precision precision = options.precision();
    InferenceRecorder recorder = new InferenceRecorder(parameters, weights);
    ForwardPass pass = network.apply(recorder);
    PlanTensor input = recorder.memories().use(pass.input());
    List<PlanTensor> outputs = pass.outputs().stream().map(recorder.memories()::use).toList();
    Set<PlanTensor> floats =
        precision == Precision.FLOAT
            ? Set.of()
            : outputs.stream().filter(recorder::isLinearOutput).collect(Collectors.toSet());
    int together = MicroBatching.cached(batch, largestTensor(recorder));
    WinogradChoice winograd = WinogradChoice.onThisMachine(options.kernels(), together);
    Layout chosen =
        precision == Precision.FLOAT && recorder.blocksFit(input)
            ? layout.orElseGet(
                () ->
                    LayoutChoice.fastest(
                        recorder.memories().used(), part, recorder.isMostlyFiltered(winograd)))
            : Layout.CHANNELS_LAST;
    BoundPlan plan =
        new BoundPlan(
            new BoundPlan.Settings(
                part, precision, chosen, options.deterministic(), winograd, timed),
            recorder.memories().elements(),
            input,
            floats);
    return new UnfinishedMicroBatch(plan, pass, input, outputs, recorder.kernels());
  }

  /**
   * Binds the pass in 8-bit integers, as far as that goes.
   *
   * @param part images of the micro-batch
   * @param options whether bits repeat
   * @param observer sees what the layers write
   */
  static BoundMicroBatch quantized(
      Parameters parameters,
      PlanWeights weights,
      int part,
      EngineOptions options,
      Quantization quantization,
      Optional<ActivationObserver> observer,
      boolean timed,
      Function<InferenceBinder, ForwardPass> network) {
    StepRecorder recorder = new StepRecorder();
    ForwardPass pass = network.apply(recorder);
    PlanTensor input = recorder.memories().use(pass.input());
    List<PlanTensor> outputs = pass.outputs().stream().map(recorder.memories()::use).toList();
    QuantizedPass quantized = new QuantizedPass(recorder, input, outputs, quantization);
    BoundPlan plan =
        new BoundPlan(
            new BoundPlan.Settings(
                part,
                Precision.FLOAT,
                Layout.CHANNELS_LAST,
                options.deterministic(),
                WinogradChoice.onThisMachine(Kernels.DIRECT, part),
                timed),
            quantized.elements(),
            input,
            Set.of());
    try {
      quantized.compile(plan, parameters, weights);
      observer.ifPresent(o -> Observation.add(recorder, plan, o));
      return new BoundMicroBatch(plan, pass, input, outputs);
    } catch (RuntimeException | Error e) {
      plan.close();
      throw e;
    }
  }

  /** The layers of a quantised pass that compute in single precision, and why. */
  static Map<String, String> floatLayers(
      Quantization quantization, Function<InferenceBinder, ForwardPass> network) {
    StepRecorder recorder = new StepRecorder();
    ForwardPass pass = network.apply(recorder);
    PlanTensor input = recorder.memories().use(pass.input());
    List<PlanTensor> outputs = pass.outputs().stream().map(recorder.memories()::use).toList();
    List<ByteChoice.Layer> layers = ByteChoice.of(recorder.steps(), input, outputs, quantization);
    Map<String, String> why = new LinkedHashMap<>();
    for (int i = 0; i < layers.size(); i++) {
      if (layers.get(i).bytes().isEmpty()) {
        why.put(recorder.steps().get(i).path(), layers.get(i).why());
      }
    }
    return why;
  }

  /** Values, for one image, of the largest tensor that the pass uses. */
  static long largestTensor(Parameters parameters, Function<InferenceBinder, ForwardPass> network) {
    InferenceRecorder recorder =
        new InferenceRecorder(parameters, new PlanWeights(new PackedWeights()));
    ForwardPass unused = network.apply(recorder);
    return largestTensor(recorder);
  }

  private static long largestTensor(InferenceRecorder recorder) {
    return recorder.memories().elements().values().stream().reduce(1L, Math::max);
  }

  int batch() {
    return plan.batch();
  }

  PlanTensor input() {
    return input;
  }

  List<PlanTensor> outputs() {
    return outputs;
  }

  /**
   * Runs the pass.
   *
   * @param imagesAddress the plan's batch of images, float {@code nchw}
   * @param resultsAddresses receive the results, likewise
   */
  void run(long imagesAddress, long[] resultsAddresses) {
    images.run(imagesAddress);
    pass.run();
    for (int i = 0; i < resultsAddresses.length; i++) {
      results.get(i).run(resultsAddresses[i]);
    }
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
