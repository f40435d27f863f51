package io.blockwork.cuda;

import io.blockwork.cuda.driver.RecordedGraph;
import io.blockwork.cuda.driver.Timer;
import io.blockwork.engine.BoundInference;
import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.Tensor;
import io.blockwork.io.SafeText;
import io.blockwork.parameters.Parameters;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Inference for one batch size: one recorded graph. */
final class CudaInference implements BoundInference {
  private final BoundPass pass;
  private final Parameters parameters;
  private final Port input;
  private final List<Port> outputs;
  private final List<Emitter.Launch> launches;
  private final RecordedGraph graph;

  private CudaInference(
      BoundPass pass, Parameters parameters, Function<InferenceBinder, ForwardPass> network) {
    this.pass = pass;
    this.parameters = parameters;
    InferenceRecorder recorder =
        new InferenceRecorder(parameters, pass.state(), pass.arena(), pass.form());
    ForwardPass generated = network.apply(recorder);
    generated.run();
    input = pass.port(BindChecks.use(generated.input()));
    outputs = new ArrayList<>();
    for (Tensor output : generated.outputs()) {
      outputs.add(pass.port(BindChecks.use(output)));
    }
    Emitter emitter = pass.session().emitter(pass.form(), pass.arena());
    input.emitIn(emitter.at("input"));
    for (Operation operation : recorder.operations()) {
      operation.emit(emitter.at(operation.path()));
    }
    outputs.forEach(port -> port.emitOut(emitter.at("output")));
    launches = emitter.take();
    pass.arena().allocate(pass.session().device(), pass.stream());
    recorder.constants().upload(pass.stream());
    pass.state().refreshWeights(parameters, pass.stream());
    graph = pass.record(launches);
  }

  static CudaInference bind(
      Session session,
      NetworkState state,
      Parameters parameters,
      int batch,
      Function<InferenceBinder, ForwardPass> network) {
    return BoundPass.bind(
        session, state, parameters, batch, pass -> new CudaInference(pass, parameters, network));
  }

  @Override
  public void run(INDArray images, INDArray output) {
    run(images, List.of(output));
  }

  @Override
  public void run(INDArray images, List<INDArray> results) {
    pass.use();
    if (results.size() != outputs.size()) {
      throw new IllegalArgumentException(
          SafeText.format("outputs: expected %d arrays, got %d", outputs.size(), results.size()));
    }
    for (int i = 0; i < results.size(); i++) {
      BindChecks.array("output", outputs.get(i).tensor(), results.get(i));
    }
    pass.state().refreshWeights(parameters, pass.stream());
    input.send(pass.stream(), "images", images);
    compute();
    for (int i = 0; i < results.size(); i++) {
      outputs.get(i).read(results.get(i));
    }
  }

  @Override
  public void run(FloatBuffer images, FloatBuffer result) {
    pass.use();
    if (outputs.size() != 1) {
      throw new IllegalArgumentException(
          "output: expected a pass with one result, got one with " + outputs.size());
    }
    CudaTensor tensor = outputs.get(0).tensor();
    tensor.requireValues("output", tensor.form().batch(), result.remaining());
    pass.state().refreshWeights(parameters, pass.stream());
    input.send(pass.stream(), "images", images);
    compute();
    outputs.get(0).read(result);
  }

  private void compute() {
    graph.launch(pass.stream());
    outputs.forEach(port -> port.fetch(pass.stream()));
    pass.stream().await();
  }

  /** Copies images to the device, for what is measured next. */
  void send(INDArray images) {
    pass.use();
    input.send(pass.stream(), "images", images);
  }

  /** Milliseconds that the device takes for one launch of the graph, the copies not included. */
  float milliseconds() {
    pass.use();
    try (Timer timer = new Timer(pass.session().device(), pass.stream())) {
      return timer.milliseconds(() -> graph.launch(pass.stream()));
    }
  }

  /** The mean time of each launch by itself. */
  List<KernelTime> profile(int repetitions) {
    return pass.profile(launches, repetitions);
  }

  @Override
  public void close() {
    pass.close();
  }
}
