package io.blockwork.engine.nd4j;

import io.blockwork.engine.BoundInference;
import io.blockwork.engine.BoundTraining;
import io.blockwork.engine.Engine;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.LayerGradient;
import io.blockwork.engine.Precision;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingOutput;
import io.blockwork.engine.TrainingPass;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.io.NumberChecks;
import io.blockwork.io.SafeText;
import io.blockwork.memory.JavaCpp;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.Parameters;
import java.lang.ref.Reference;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The engine that runs wherever ND4J's CPU backend does, in {@code FLOAT} and {@code DOUBLE}. It is
 * the oracle for others: simple, and right.
 */
public final class Nd4jEngine implements Engine {
  private final Workers workers;

  /** An engine that shares its work out to the threads of the common pool. */
  public Nd4jEngine() {
    this(EngineOptions.defaults());
  }

  /**
   * An engine with options. It always computes every product of a convolution, and gives the same
   * bits in every run.
   *
   * @throws UnsupportedOperationException if another precision than {@code FLOAT} or another device
   *     was asked for
   */
  public Nd4jEngine(EngineOptions options) {
    options.requireProcessor(Nd4jProvider.NAME);
    if (options.precision() != Precision.FLOAT) {
      throw new UnsupportedOperationException(
          SafeText.format(
              "nd4j computes in double and keeps activations in the network's own type, not in %s;"
                  + " choose FLOAT, or another engine",
              options.precision()));
    }
    JavaCpp.prepare();
    this.workers = Workers.of(options.threads());
  }

  @Override
  public String name() {
    return Nd4jProvider.NAME;
  }

  @Override
  public BoundInference bindInference(
      Parameters parameters, int batch, Function<InferenceBinder, ForwardPass> network) {
    Memory memory = memory(parameters, batch);
    boolean bound = false;
    try {
      ForwardPass pass = network.apply(new Nd4jInferenceBinder(parameters, memory));
      bound = true;
      return new Inference(pass, memory, workers, parameters);
    } finally {
      if (!bound) {
        memory.close();
      }
    }
  }

  @Override
  public BoundTraining bindTraining(
      Parameters parameters,
      Gradients gradients,
      int batch,
      TrainingSettings settings,
      Function<TrainingBinder, TrainingPass> network) {
    Memory memory = memory(parameters, batch);
    boolean bound = false;
    try {
      TrainingPass pass =
          network.apply(
              new Nd4jTrainingBinder(
                  parameters, gradients, settings, memory, (path, output, layer) -> layer));
      bound = true;
      return new Training(pass, memory, workers, parameters, gradients, settings.inputGradient());
    } finally {
      if (!bound) {
        memory.close();
      }
    }
  }

  @Override
  public boolean inspectsLayers() {
    return true;
  }

  @Override
  public Optional<String> firstNonFinite(
      Parameters parameters,
      INDArray images,
      TrainingSettings settings,
      Function<TrainingBinder, TrainingPass> network) {
    return FiniteCheck.firstNonFinite(parameters, images, settings, network);
  }

  @Override
  public LayerGradient layerGradient(
      Parameters parameters,
      INDArray images,
      INDArray outputGradient,
      String layer,
      Function<TrainingBinder, TrainingPass> network) {
    return GradientProbe.of(parameters, images, outputGradient, layer, network);
  }

  private static void requireArrays(String what, int count, List<INDArray> arrays) {
    if (arrays.size() != count) {
      throw new IllegalArgumentException(
          SafeText.format("%s: expected %d arrays, got %d", what, count, arrays.size()));
    }
  }

  private static Memory memory(Parameters parameters, int batch) {
    return new Memory(parameters.dataType(), NumberChecks.positive("batch", batch));
  }

  @Override
  public String toString() {
    return name();
  }

  /**
   * A bound inference pass.
   *
   * @param parameters whose memory the kernels read: it has to live as long as this
   */
  private record Inference(ForwardPass pass, Memory memory, Workers workers, Parameters parameters)
      implements BoundInference {
    @Override
    public void run(INDArray images, INDArray output) {
      run(images, List.of(output));
    }

    @Override
    public void run(INDArray images, List<INDArray> outputs) {
      List<Tensor> results = pass.outputs();
      requireArrays("outputs", results.size(), outputs);
      Transfer.in("images", images, (Nd4jTensor) pass.input());
      workers.run(pass::run);
      for (int i = 0; i < results.size(); i++) {
        Transfer.out("output", (Nd4jTensor) results.get(i), outputs.get(i));
      }
      Reference.reachabilityFence(parameters);
    }

    @Override
    public void run(FloatBuffer images, FloatBuffer output) {
      Nd4jTensor to = (Nd4jTensor) pass.input();
      if (pass.outputs().size() != 1) {
        throw new IllegalArgumentException(
            "output: expected a pass with one result, got one with " + pass.outputs().size());
      }
      Nd4jTensor from = (Nd4jTensor) pass.outputs().get(0);
      to.requireValues("images", to.batch(), images.remaining());
      from.requireValues("output", from.batch(), output.remaining());
      float[] values = new float[images.remaining()];
      images.get(values);
      INDArray array = Nd4j.createFromArray(values).castTo(to.dataType());
      INDArray result = Nd4j.create(from.dataType(), from.batch(), from.length());
      run(array.reshape(to.batch(), to.length()), result);
      output.put(result.castTo(DataType.FLOAT).data().asFloat());
    }

    @Override
    public void close() {
      memory.close();
    }
  }

  /**
   * A bound training pass.
   *
   * @param gradients whose memory the kernels write: it has to live as long as this
   */
  private record Training(
      TrainingPass pass,
      Memory memory,
      Workers workers,
      Parameters parameters,
      Gradients gradients,
      boolean hasInputGradient)
      implements BoundTraining {
    @Override
    public void forward(INDArray images, List<INDArray> outputs) {
      List<TrainingOutput> results = pass.outputs();
      requireArrays("outputs", results.size(), outputs);
      Transfer.in("images", images, (Nd4jTensor) pass.input());
      parameters.write(memory -> workers.run(pass::forward));
      for (int i = 0; i < results.size(); i++) {
        Transfer.out("output", (Nd4jTensor) results.get(i).value(), outputs.get(i));
      }
    }

    @Override
    public void backward(List<INDArray> outputGradients) {
      List<TrainingOutput> results = pass.outputs();
      requireArrays("gradients of the outputs", results.size(), outputGradients);
      for (int i = 0; i < results.size(); i++) {
        Nd4jTensor to = (Nd4jTensor) results.get(i).gradient();
        Transfer.in("gradient of the output", outputGradients.get(i), to);
      }
      workers.run(pass::backward);
      Reference.reachabilityFence(gradients);
    }

    @Override
    public void inputGradient(INDArray gradient) {
      if (!hasInputGradient) {
        throw new IllegalStateException(
            "the gradient of the images was not requested when the pass was bound");
      }
      Transfer.out("gradient of the images", (Nd4jTensor) pass.inputGradient(), gradient);
    }

    @Override
    public void close() {
      memory.close();
    }
  }
}
