package io.blockwork.cuda;

import io.blockwork.cuda.driver.HostMemory;
import io.blockwork.cuda.driver.RecordedGraph;
import io.blockwork.cuda.driver.Timer;
import io.blockwork.engine.BoundOptimizer;
import io.blockwork.engine.BoundTraining;
import io.blockwork.engine.CrossEntropy;
import io.blockwork.engine.OptimizerStep;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingOutput;
import io.blockwork.engine.TrainingPass;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.engine.WholeStep;
import io.blockwork.io.SafeText;
import io.blockwork.memory.NativeValues;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.ParameterMemory;
import io.blockwork.parameters.Parameters;
import java.lang.ref.Reference;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Training for one batch size: a recorded graph forward, and one backward. */
final class CudaTraining implements BoundTraining {
  private final BoundPass pass;
  private final Parameters parameters;
  private final Gradients gradients;
  private final Port input;
  private final List<Port> outputs = new ArrayList<>();
  private final List<Port> outputGradients = new ArrayList<>();
  private final Optional<Port> inputGradient;
  private final Arena.Storage passNumber;
  private final HostMemory hostPassNumber;
  private final List<String> counted;
  private final List<Emitter.Launch> forwardLaunches;
  private final List<Emitter.Launch> backwardLaunches;
  private final RecordedGraph forward;
  private final RecordedGraph backward;

  /** With the losses and a step, once there was one. */
  private Optional<WholeGraph> whole = Optional.empty();

  private CudaTraining(
      BoundPass pass,
      Parameters parameters,
      Gradients gradients,
      TrainingSettings settings,
      Function<TrainingBinder, TrainingPass> network) {
    this.pass = pass;
    this.parameters = parameters;
    this.gradients = gradients;
    passNumber = pass.arena().reserve("number of the pass", Long.BYTES);
    HostMemory number = pass.session().device().allocateHost(Long.BYTES);
    hostPassNumber = pass.resources().add(number, number::close);
    DeviceParameters values = pass.state().parameters();
    TrainingWeights weights = new TrainingWeights(pass.arena(), pass.form(), values);
    Emitter emitter = pass.session().emitter(pass.form(), pass.arena());
    TrainingRecorder recorder =
        new TrainingRecorder(parameters, values, settings, weights, emitter, passNumber);
    TrainingPass generated = network.apply(recorder);
    generated.forward();
    List<Operation> forwards =
        Fusion.join(
            recorder.take(),
            generated.outputs().stream().map(o -> BindChecks.use(o.value())).toList());
    generated.backward();
    List<Operation> backwards =
        Fusion.join(
            recorder.take(),
            settings.inputGradient()
                ? List.of(BindChecks.use(generated.inputGradient()))
                : List.of());
    counted = recorder.counted();
    input = pass.port(BindChecks.use(generated.input()));
    for (TrainingOutput each : generated.outputs()) {
      outputs.add(pass.port(BindChecks.use(each.value())));
      outputGradients.add(pass.port(BindChecks.use(each.gradient())));
    }
    inputGradient =
        settings.inputGradient()
            ? Optional.of(pass.port(BindChecks.use(generated.inputGradient())))
            : Optional.empty();
    input.emitIn(emitter.at("input"));
    weights.pack(emitter.at("weights"), recorder.constants());
    emit(forwards, emitter);
    outputs.forEach(port -> port.emitOut(emitter.at("output")));
    forwardLaunches = emitter.take();
    outputGradients.forEach(port -> port.emitIn(emitter.at("gradient of the output")));
    emit(backwards, emitter);
    weights.unpack(emitter.at("gradients"), recorder.constants());
    inputGradient.ifPresent(port -> port.emitOut(emitter.at("gradient of the input")));
    backwardLaunches = emitter.take();
    pass.arena().allocate(pass.session().device(), pass.stream());
    recorder.constants().upload(pass.stream());
    // Both run once while they are recorded, and write over gradients and running statistics.
    gradients.settle();
    values.clearGradients(pass.stream());
    pass.state().lend(parameters, pass.stream());
    forward = pass.record(forwardLaunches);
    backward = pass.record(backwardLaunches);
    pass.state().refreshParameters(parameters, pass.stream());
  }

  private static void emit(List<Operation> operations, Emitter emitter) {
    for (Operation operation : operations) {
      operation.emit(emitter.at(operation.path()));
    }
  }

  static CudaTraining bind(
      Session session,
      NetworkState state,
      Parameters parameters,
      Gradients gradients,
      int batch,
      TrainingSettings settings,
      Function<TrainingBinder, TrainingPass> network) {
    return BoundPass.bind(
        session,
        state,
        parameters,
        batch,
        pass -> new CudaTraining(pass, parameters, gradients, settings, network));
  }

  @Override
  public void forward(INDArray images, List<INDArray> results) {
    pass.use();
    BindChecks.array("images", input.tensor(), images);
    arrays("output", outputs, results);
    INDArray source = NativeValues.contiguous(images);
    forward(NativeValues.address(source));
    Reference.reachabilityFence(source);
    for (int i = 0; i < results.size(); i++) {
      outputs.get(i).read(results.get(i));
    }
  }

  private static void arrays(String what, List<Port> ports, List<INDArray> arrays) {
    if (arrays.size() != ports.size()) {
      throw new IllegalArgumentException(
          SafeText.format("%s: expected %d arrays, got %d", what, ports.size(), arrays.size()));
    }
    for (int i = 0; i < arrays.size(); i++) {
      BindChecks.array(what, ports.get(i).tensor(), arrays.get(i));
    }
  }

  /** Runs the network on images at an address of the host; {@link #result} has what it gives. */
  void forward(long images) {
    pass.use();
    pass.state().refreshParameters(parameters, pass.stream());
    send(images);
    pass.state()
        .change(
            parameters,
            memory -> {
              forward.launch(pass.stream());
              outputs.forEach(port -> port.fetch(pass.stream()));
              pass.stream().await();
              return countBatches(memory);
            });
  }

  /** Hands out the first result of the last {@link #forward(long)}. */
  void result(long to) {
    outputs.get(0).read(to);
  }

  /** Counts the batch in each norm, and says in how many. */
  private int countBatches(ParameterMemory memory) {
    for (String name : counted) {
      LongBuffer batches = memory.values(name).longs();
      batches.put(0, batches.get(0) + 1);
    }
    return counted.size();
  }

  @Override
  public WholeStep step(
      INDArray images,
      List<INDArray> results,
      List<Optional<CrossEntropy>> losses,
      BoundOptimizer optimizer,
      OptimizerStep step) {
    pass.use();
    BindChecks.array("images", input.tensor(), images);
    arrays("output", outputs, results);
    CudaOptimizer own = CudaOptimizer.of(optimizer, pass.state());
    RecordedGraph recorded = recorded(own, step);
    WholeGraph graph = wholeGraph();
    graph.send(losses);
    INDArray source = NativeValues.contiguous(images);
    send(NativeValues.address(source));
    Reference.reachabilityFence(source);
    WholeStep done =
        own.change(
            pass.stream(),
            step,
            true,
            memory -> {
              recorded.launch(pass.stream());
              outputs.forEach(port -> port.fetch(pass.stream()));
              WholeStep made = graph.receive();
              countBatches(memory);
              return made;
            });
    gradients.leaveElsewhere(pass.state().gradients());
    for (int i = 0; i < results.size(); i++) {
      outputs.get(i).read(results.get(i));
    }
    return done;
  }

  /**
   * Milliseconds that the device takes for the graph of a whole step, the copies not included. The
   * step is made once more.
   */
  float milliseconds(BoundOptimizer optimizer, OptimizerStep step) {
    pass.use();
    CudaOptimizer own = CudaOptimizer.of(optimizer, pass.state());
    RecordedGraph recorded = recorded(own, step);
    try (Timer timer = new Timer(pass.session().device(), pass.stream())) {
      return own.change(
          pass.stream(),
          step,
          true,
          memory -> timer.milliseconds(() -> recorded.launch(pass.stream())));
    } finally {
      gradients.leaveElsewhere(pass.state().gradients());
    }
  }

  /** The graph of a whole step, for which the device has what it needs of the host. */
  private RecordedGraph recorded(CudaOptimizer optimizer, OptimizerStep step) {
    WholeGraph graph = wholeGraph();
    pass.state().refreshParameters(parameters, pass.stream());
    return graph.recorded(optimizer, optimizer.load(pass.stream(), step));
  }

  private WholeGraph wholeGraph() {
    WholeGraph graph =
        whole.orElseGet(
            () ->
                new WholeGraph(pass, outputs, outputGradients, forwardLaunches, backwardLaunches));
    whole = Optional.of(graph);
    return graph;
  }

  /** Begins to copy what a pass needs of the host. */
  private void send(long images) {
    NativeValues.bytes(hostPassNumber.address(), Long.BYTES).putLong(0, parameters.passes());
    pass.stream().toDevice(passNumber.address(), hostPassNumber.address(), Long.BYTES);
    input.send(pass.stream(), images);
  }

  @Override
  public void backward(List<INDArray> gradientsOfOutputs) {
    pass.use();
    arrays("gradient of the output", outputGradients, gradientsOfOutputs);
    for (int i = 0; i < gradientsOfOutputs.size(); i++) {
      INDArray source = NativeValues.contiguous(gradientsOfOutputs.get(i));
      outputGradients.get(i).send(pass.stream(), NativeValues.address(source));
      Reference.reachabilityFence(source);
    }
    backwards();
    gradients.leaveElsewhere(pass.state().gradients());
  }

  /**
   * Runs a network of one result backwards.
   *
   * @param gradient address of the output's gradient
   * @param flat address that receives the gradients of the parameters
   */
  void backward(long gradient, long flat) {
    pass.use();
    outputGradients.get(0).send(pass.stream(), gradient);
    backwards();
    pass.state().fetchGradients(flat);
  }

  private void backwards() {
    backward.launch(pass.stream());
    inputGradient.ifPresent(port -> port.fetch(pass.stream()));
    pass.stream().await();
  }

  @Override
  public void inputGradient(INDArray gradient) {
    Port port =
        inputGradient.orElseThrow(
            () ->
                new IllegalStateException(
                    "the gradient of the images was not requested when the pass was bound"));
    BindChecks.array("gradient of the images", port.tensor(), gradient);
    port.read(gradient);
  }

  /** Hands out the gradient of the images, as {@link #inputGradient(INDArray)} does. */
  void inputGradient(long to) {
    inputGradient.orElseThrow().read(to);
  }

  /** What both graphs launch, in order. */
  List<Emitter.Launch> launches() {
    List<Emitter.Launch> all = new ArrayList<>(forwardLaunches);
    all.addAll(backwardLaunches);
    return all;
  }

  /** Milliseconds that the device takes for both graphs, the copies not included. */
  float milliseconds() {
    pass.use();
    gradients.settle();
    pass.state().lend(parameters, pass.stream());
    try (Timer timer = new Timer(pass.session().device(), pass.stream())) {
      return timer.milliseconds(
          () -> {
            forward.launch(pass.stream());
            backward.launch(pass.stream());
          });
    } finally {
      pass.state().refreshParameters(parameters, pass.stream());
    }
  }

  /** The mean time of each launch by itself, forward and backward. */
  List<KernelTime> profile(int repetitions) {
    pass.use();
    gradients.settle();
    pass.state().lend(parameters, pass.stream());
    try {
      List<KernelTime> times = new ArrayList<>(pass.profile(forwardLaunches, repetitions));
      times.addAll(pass.profile(backwardLaunches, repetitions));
      return times;
    } finally {
      pass.state().refreshParameters(parameters, pass.stream());
    }
  }

  @Override
  public void close() {
    try {
      gradients.settle();
    } finally {
      pass.close();
    }
  }
}
