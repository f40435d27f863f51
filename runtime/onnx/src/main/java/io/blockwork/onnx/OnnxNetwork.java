package io.blockwork.onnx;

import io.blockwork.Architecture;
import io.blockwork.ModelCard;
import io.blockwork.Network;
import io.blockwork.NetworkOptions;
import io.blockwork.compiled.CompiledNetwork;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.Quantization;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingPass;
import io.blockwork.graph.Graph;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.plans.InferencePlan;
import io.blockwork.graph.plans.InferencePlanner;
import io.blockwork.graph.transforms.Transforms;
import io.blockwork.io.SafeText;
import io.blockwork.memory.NativeValues;
import io.blockwork.onnx.file.ModelReader;
import io.blockwork.onnx.file.OnnxException;
import io.blockwork.onnx.file.OnnxModel;
import io.blockwork.onnx.file.OnnxTensor;
import io.blockwork.onnx.importer.ImportedNetwork;
import io.blockwork.onnx.importer.Importer;
import java.nio.DoubleBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A network from an ONNX file, without the annotation processor: for inference, and to look at what
 * a file holds before a class is generated from it. It computes what the generated one computes, by
 * the same kernels.
 *
 * <pre>{@code
 * try (OnnxNetwork net = OnnxNetwork.load(Path.of("resnet50.onnx"))) {
 *   System.out.println(net.summary());
 *   INDArray scores = net.forward(images); // [N, 3, 224, 224]
 * }
 * }</pre>
 *
 * <p>The first output of the file is the network's. Images are {@code [N, C, H, W]} even where the
 * file has the channels last and transposes them first.
 */
public final class OnnxNetwork extends CompiledNetwork {
  private static final String WITH_SIZE =
      "OnnxNetwork.load(path, channels, height, width, options)";
  private static final String SIZE_REMEDY = ", by " + WITH_SIZE;

  private final InferencePlan plan;
  private final Graph graph;
  private final Optional<Quantization> quantization;

  private OnnxNetwork(
      Architecture architecture,
      ImportedNetwork network,
      InferencePlan plan,
      NetworkOptions options) {
    super(architecture, options);
    this.plan = plan;
    this.graph = network.graph();
    this.quantization = QuantizedRanges.of(network, plan.graph());
    try {
      for (Map.Entry<String, OnnxTensor> weight : network.weights().entrySet()) {
        parameters().overwrite(weight.getKey(), values -> write(weight.getValue(), values));
      }
      ModelCard.ofOthers(network.metadata(), network.output()).describe(parameters());
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /**
   * Loads a network with its weights.
   *
   * @param path the ONNX file; weights in files beside it are found there
   * @throws OnnxException if it cannot be read, is damaged, or holds what is not supported; the
   *     message names the file and the operation, and says what helps
   */
  public static OnnxNetwork load(Path path) {
    return load(path, NetworkOptions.defaults());
  }

  /**
   * Loads a network with its weights.
   *
   * @param path the ONNX file; weights in files beside it are found there
   * @param options data type and engine
   * @throws OnnxException if it cannot be read, is damaged, or holds what is not supported; the
   *     message names the file and the operation, and says what helps
   */
  public static OnnxNetwork load(Path path, NetworkOptions options) {
    return load(path, Optional.empty(), options);
  }

  /**
   * Loads a network whose file leaves the size of the images open.
   *
   * @param path the ONNX file; weights in files beside it are found there
   * @param channels of an image
   * @param height of an image
   * @param width of an image
   * @param options data type and engine
   * @throws OnnxException if it cannot be read, is damaged, or holds what is not supported; the
   *     message names the file and the operation, and says what helps
   */
  public static OnnxNetwork load(
      Path path, int channels, int height, int width, NetworkOptions options) {
    if (channels < 1 || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "images: expected positive sizes, got " + channels + " x " + height + " x " + width);
    }
    return load(path, Optional.of(new Shape(channels, height, width)), options);
  }

  private static OnnxNetwork load(Path path, Optional<Shape> input, NetworkOptions options) {
    try {
      OnnxModel model = ModelReader.read(path);
      return of(name(path), Importer.run(model, input, SIZE_REMEDY), options);
    } catch (OnnxException e) {
      throw e.in(path);
    }
  }

  /**
   * A network that has been read already.
   *
   * @param name what it is called in messages and tables
   * @param network the network
   * @param options data type and engine
   */
  public static OnnxNetwork of(String name, ImportedNetwork network, NetworkOptions options) {
    InferencePlan plan = InferencePlanner.plan(Transforms.forInference(network.graph()));
    return new OnnxNetwork(Architectures.of(name, network, plan.slots()), network, plan, options);
  }

  private static String name(Path path) {
    Path last = path.getFileName();
    String file = last == null ? "model.onnx" : last.toString();
    return file.endsWith(".onnx") ? file.substring(0, file.length() - 5) : file;
  }

  private static void write(OnnxTensor tensor, NativeValues values) {
    if (values.type() == DataType.DOUBLE) {
      values.doubles().put(DoubleBuffer.wrap(tensor.doubles()));
    } else {
      values.floats().put(tensor.floats());
    }
  }

  /**
   * Loads a network of a file in 8-bit integers (pairs of {@code QuantizeLinear} and {@code
   * DequantizeLinear}), to predict in integers with the file's scales where the engine has kernels
   * for them; see {@link #floatLayers}.
   *
   * @param path the ONNX file; weights in files beside it are found there
   * @param engine the settings of one that computes in integers
   * @throws OnnxException if it cannot be read, is damaged, or holds what is not supported, or no
   *     layer of it is computed from 8-bit integers
   */
  public static OnnxNetwork loadQuantized(Path path, EngineOptions engine) {
    try {
      ImportedNetwork network = Importer.run(ModelReader.read(path), Optional.empty(), SIZE_REMEDY);
      Quantization ranges =
          QuantizedRanges.of(network, Transforms.forInference(network.graph()))
              .orElseThrow(() -> floats());
      EngineOptions bytes = engine.quantization(ranges);
      return of(name(path), network, NetworkOptions.defaults().engine(bytes));
    } catch (OnnxException e) {
      throw e.in(path);
    }
  }

  private static OnnxException floats() {
    return new OnnxException("no layer of it is computed from 8-bit integers")
        .remedy("load it by load, and find ranges by Calibrator");
  }

  /**
   * The ranges of the layers' results that a file in 8-bit integers has: for an engine, as {@link
   * EngineOptions#quantization} takes them. The class that the processor generates from the same
   * file has them, too.
   *
   * @return empty if no layer of the file is computed from 8-bit integers
   */
  @Override
  public Optional<Quantization> quantization() {
    return quantization;
  }

  /** The network as the compiler knows it. */
  public Graph graph() {
    return graph;
  }

  /** What runs when, and where every value lies. */
  public InferencePlan plan() {
    return plan;
  }

  @Override
  protected String otherSize(int channels, int height, int width) {
    return SafeText.format(
        "load a file that leaves the size open for them: OnnxNetwork.load(path, %d, %d, %d, options)",
        channels, height, width);
  }

  @Override
  public Network at(int height) {
    int own = architecture().input().get(1);
    if (height != own) {
      throw new IllegalArgumentException(
          SafeText.format(
              "%s: it was loaded for images of height %d, not %d; load a file that leaves the size"
                  + " open for each: %s",
              architecture().name(), own, height, WITH_SIZE));
    }
    return this;
  }

  @Override
  protected ForwardPass forwardPass(InferenceBinder bind) {
    return new GraphPass(plan, bind);
  }

  /**
   * There is none.
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  protected TrainingPass trainingPass(TrainingBinder bind) {
    throw new UnsupportedOperationException(
        "a network that OnnxNetwork loads cannot be trained; generate its class with @Model @Onnx(\""
            + architecture().name()
            + ".onnx\")");
  }
}
