package io.blockwork.compiled;

import io.blockwork.Architecture;
import io.blockwork.AuxiliaryOutput;
import io.blockwork.ModelCard;
import io.blockwork.Network;
import io.blockwork.NetworkOptions;
import io.blockwork.Output;
import io.blockwork.TrainingResult;
import io.blockwork.TrainingStep;
import io.blockwork.engine.ActivationObserver;
import io.blockwork.engine.BoundAverage;
import io.blockwork.engine.BoundOptimizer;
import io.blockwork.engine.BoundTraining;
import io.blockwork.engine.Engine;
import io.blockwork.engine.Engines;
import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.LayerGradient;
import io.blockwork.engine.OptimizerStep;
import io.blockwork.engine.Quantization;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingOutput;
import io.blockwork.engine.TrainingPass;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.engine.UpdateRule;
import io.blockwork.io.SafeText;
import io.blockwork.loss.Losses;
import io.blockwork.memory.FreedMemory;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.Parameters;
import io.blockwork.published.PretrainedWeights;
import io.blockwork.weights.LoadReport;
import io.blockwork.weights.ModelMetadata;
import io.blockwork.weights.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.slf4j.LoggerFactory;

/**
 * What all generated networks share: parameters, input checks, and the plans bound for the batch
 * sizes in use.
 */
public abstract class CompiledNetwork implements Network {
  private final Architecture architecture;

  /** The network whose size this is; itself, unless it is a further one. */
  private final CompiledNetwork whole;

  private final ImageChecks checks;

  /** For the further sizes of images. Written by constructors only. */
  private final List<CompiledNetwork> sizes = new ArrayList<>();

  private final NetworkOptions options;
  private final Engine engine;
  private final Parameters parameters;
  private final Gradients gradients;
  private final Features inference;

  /** The passes of {@link Output} methods. Written by constructors only. */
  private final List<Features> features = new ArrayList<>();

  /** What they bind. Written by constructors only. */
  private final List<Function<InferenceBinder, ForwardPass>> passes = new ArrayList<>();

  /** Those of its file. Written by constructors only. */
  private Optional<Quantization> ranges = Optional.empty();

  /** Those of all sizes. Used within an update of the parameters only. */
  private final TrainingPlans trainingPlans;

  /** Used within an update of the parameters only. */
  private final Training training;

  /** Written within an update of the parameters only. */
  private volatile List<String> frozen = List.of();

  /** Written within an update of the parameters only. */
  private volatile boolean closed;

  /**
   * A network with initial parameters.
   *
   * @param architecture the network as known at compile time
   * @param options seed, data type and engine
   */
  protected CompiledNetwork(Architecture architecture, NetworkOptions options) {
    this.architecture = architecture;
    this.whole = this;
    this.checks = new ImageChecks(architecture, this::inputs, options.dataType(), this::otherSize);
    this.options = options;
    this.engine =
        options
            .engine()
            .orElseGet(() -> Engines.create(options.engineOptions(), options.dataType()));
    List<ParameterInfo> state = architecture.parameters();
    this.parameters = parameters(state);
    new ModelCard(Optional.of(architecture.name()), List.of(), Optional.empty())
        .describe(parameters);
    this.gradients = new Gradients(state, options.dataType());
    this.trainingPlans = new TrainingPlans(options.trainingPlans());
    this.training = trainingOf();
    this.inference =
        passOf(this::forwardPass, List.of(architecture.output()), sized -> sized.inference);
  }

  /**
   * A network for images of another size.
   *
   * @param architecture of that size
   * @param whole the network whose parameters and everything else it shares
   */
  protected CompiledNetwork(Architecture architecture, CompiledNetwork whole) {
    this.architecture = architecture;
    this.whole = whole;
    this.checks =
        new ImageChecks(architecture, this::inputs, whole.options.dataType(), this::otherSize);
    this.options = whole.options;
    this.engine = whole.engine;
    this.parameters = whole.parameters;
    this.gradients = whole.gradients;
    this.trainingPlans = whole.trainingPlans;
    this.training = trainingOf();
    this.inference =
        passOf(this::forwardPass, List.of(architecture.output()), sized -> sized.inference);
  }

  /**
   * Says for which further sizes of images there are networks. Generated constructors call this.
   */
  protected final void sizes(CompiledNetwork... further) {
    sizes.addAll(List.of(further));
  }

  /** What {@link Network#at} returns, of the type that the network was generated for. */
  protected final <N extends Network> N at(Class<N> type, int height) {
    for (CompiledNetwork sized : whole.sizes) {
      if (sized.architecture.input().get(1) == height) {
        return type.cast(sized);
      }
    }
    return type.cast(whole.alone(height));
  }

  private Network alone(int height) {
    return Network.super.at(height);
  }

  @Override
  public List<List<Integer>> inputs() {
    return Stream.concat(Stream.of(this), sizes.stream()).map(n -> n.architecture.input()).toList();
  }

  /** The network for images of that size; this one, which refuses them, if there is none. */
  private CompiledNetwork sizeOf(INDArray images) {
    for (CompiledNetwork sized : sizes) {
      if (sized.checks.isSize(images)) {
        return sized;
      }
    }
    return this;
  }

  private Parameters parameters(List<ParameterInfo> state) {
    try {
      return Parameters.initial(state, architecture.modules(), options.dataType(), options.seed());
    } catch (OutOfMemoryError e) {
      throw ShortMemory.forParameters(architecture, e);
    }
  }

  /**
   * What an {@link Output} method runs. Generated classes call this once for each such method while
   * they are constructed.
   *
   * @param pass binds the part of the network that the method needs
   * @param shapes of the method's results for one image, {@code [C, H, W]} or {@code [classes]}
   */
  @SafeVarargs
  @SuppressWarnings("varargs") // the list is a copy
  protected final Features features(
      Function<InferenceBinder, ForwardPass> pass, List<Integer>... shapes) {
    int index = features.size();
    Features made = passOf(pass, List.of(shapes), sized -> sized.features.get(index));
    features.add(made);
    passes.add(pass);
    return made;
  }

  /**
   * @param same finds the same pass of a network for another size
   */
  private Features passOf(
      Function<InferenceBinder, ForwardPass> pass,
      List<List<Integer>> shapes,
      Function<CompiledNetwork, Features> same) {
    return new Features(
        options,
        parameters,
        architecture.input(),
        shapes,
        new Features.Check() {
          @Override
          public Features at(INDArray images) {
            return same.apply(sizeOf(images));
          }

          @Override
          public void images(INDArray images) {
            checkImages(images);
            requireFiniteWeights();
            checks.finite(images);
          }

          @Override
          public int images(float[] values) {
            checkOpen();
            int n = checks.count(values);
            requireFiniteWeights();
            checks.finite(values);
            return n;
          }

          @Override
          public void output(INDArray output, long[] expectedShape) {
            checks.output(output, expectedShape);
          }
        },
        engine.largestBatch(),
        batch -> {
          parameters.prepare();
          try {
            return engine.bindInference(parameters, batch, pass);
          } catch (OutOfMemoryError e) {
            throw ShortMemory.forPlan(
                architecture,
                "inference",
                batch,
                n -> engine.bindInference(parameters, n, pass)::close,
                e);
          }
        },
        batch -> {
          parameters.prepare();
          return engine.beginInference(parameters, batch, pass);
        });
  }

  /**
   * Downloads the published weights that a new network is declared with, unless they are in the
   * cache, and loads them. A head with another number of classes keeps its initial values.
   *
   * @param network the network; closed if the weights cannot be had
   * @return the network
   * @throws io.blockwork.io.FileException if they cannot be downloaded or read
   */
  protected static <N extends CompiledNetwork> N load(N network) {
    return load(network, () -> network.published().orElseThrow().download());
  }

  /**
   * Loads such weights from a file of this machine.
   *
   * @param network the network; closed if the weights cannot be had
   * @return the network
   * @throws io.blockwork.io.FileException if the file cannot be read
   */
  protected static <N extends CompiledNetwork> N load(N network, Path file) {
    return load(network, () -> file);
  }

  private static <N extends CompiledNetwork> N load(N network, Supplier<Path> file) {
    try (Weights weights = Weights.open(file.get())) {
      LoadReport report = network.parameters().load(weights.replacingHeads());
      if (!report.complete() || !report.leftOut().isEmpty()) {
        LoggerFactory.getLogger(CompiledNetwork.class).info("{}: {}", weights, report);
      }
      return network;
    } catch (RuntimeException | Error e) {
      network.close();
      throw e;
    }
  }

  /**
   * Loads the weights that lie beside the generated class, and what the file that they are of says
   * beside them. Its constructor calls this.
   *
   * @param name of the resource, a file of safetensors
   * @throws io.blockwork.weights.WeightsException if it is missing or does not fit; the network is
   *     closed then
   */
  protected final void loadResource(String name) {
    try {
      Map<String, String> told = ResourceWeights.load(getClass(), name, parameters);
      ranges = FileRanges.of(told);
      Map<String, String> entries = new HashMap<>();
      told.forEach(
          (key, text) -> {
            if (key.startsWith(ModelMetadata.ONNX)) {
              entries.put(key.substring(ModelMetadata.ONNX.length()), text);
            }
          });
      if (!entries.isEmpty()) {
        ModelCard.ofOthers(entries, architecture.output()).describe(parameters);
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /**
   * How a network for images of another size is had, as the end of a message that refuses them.
   *
   * @param channels of the images
   * @param height of the images
   * @param width of the images
   */
  protected String otherSize(int channels, int height, int width) {
    return "declare the network's @Input so";
  }

  /** Binds the generated inference pass. */
  protected abstract ForwardPass forwardPass(InferenceBinder bind);

  /** Binds the generated training pass. */
  protected abstract TrainingPass trainingPass(TrainingBinder bind);

  @Override
  public INDArray forward(INDArray images) {
    Objects.requireNonNull(images, "images");
    return inference.one(images);
  }

  @Override
  public void forward(INDArray images, INDArray output) {
    Objects.requireNonNull(images, "images");
    Objects.requireNonNull(output, "output");
    inference.into(images, output);
  }

  @Override
  public float[] forward(float[] images) {
    return inference.values(images);
  }

  @Override
  public TrainingResult train(INDArray images, Losses losses) {
    Objects.requireNonNull(images, "images");
    return train(images, losses, false);
  }

  @Override
  public TrainingResult trainWithInputGradient(INDArray images, Losses losses) {
    Objects.requireNonNull(images, "images");
    return train(images, losses, true);
  }

  private Training trainingOf() {
    return new Training(
        architecture, options.dataType(), parameters, trainingPlans, this::bindTraining);
  }

  /** A pass reads the weights and moves running statistics: a change of the parameters. */
  private TrainingResult train(INDArray images, Losses losses, boolean inputGradient) {
    return parameters.update(() -> trainable(images).run(images, losses, inputGradient));
  }

  /** What trains on images of that size, if they are images of a size that the network takes. */
  private Training trainable(INDArray images) {
    CompiledNetwork sized = sizeOf(images);
    sized.checkImages(images);
    return sized.training;
  }

  @Override
  public Optional<TrainingStep> trainAndStep(
      INDArray images, Losses losses, BoundOptimizer optimizer, OptimizerStep step) {
    Objects.requireNonNull(images, "images");
    Objects.requireNonNull(losses, "losses");
    Objects.requireNonNull(optimizer, "optimizer");
    Objects.requireNonNull(step, "step");
    return parameters.update(() -> trainable(images).step(images, losses, optimizer, step));
  }

  @Override
  public Optional<String> firstNonFinite(INDArray images) {
    Objects.requireNonNull(images, "images");
    return parameters.read(
        () -> {
          CompiledNetwork sized = sizeOf(images);
          sized.checkImages(images);
          var settings = new TrainingSettings(false, whole.frozen, options.seed());
          return Engines.inspecting(engine, options.dataType())
              .firstNonFinite(parameters, images, settings, sized::trainingPass);
        });
  }

  @Override
  public LayerGradient layerGradient(INDArray images, INDArray outputGradient, String layer) {
    Objects.requireNonNull(images, "images");
    Objects.requireNonNull(outputGradient, "outputGradient");
    Objects.requireNonNull(layer, "layer");
    return parameters.read(
        () -> {
          CompiledNetwork sized = sizeOf(images);
          sized.checkImages(images);
          return Engines.inspecting(engine, options.dataType())
              .layerGradient(parameters, images, outputGradient, layer, sized::trainingPass);
        });
  }

  private BoundTraining bindTraining(TrainingPlans.Key key) {
    var settings = new TrainingSettings(key.inputGradient(), whole.frozen, options.seed());
    try {
      return engine.bindTraining(
          parameters, gradients, key.batch(), settings, this::checkedTrainingPass);
    } catch (OutOfMemoryError e) {
      throw ShortMemory.forPlan(
          architecture,
          "training",
          key.batch(),
          n -> engine.bindTraining(parameters, gradients, n, settings, this::trainingPass)::close,
          e);
    }
  }

  /** The generated pass, if its outputs are those that the architecture tells of. */
  private TrainingPass checkedTrainingPass(TrainingBinder bind) {
    TrainingPass pass = trainingPass(bind);
    List<String> named = pass.outputs().stream().skip(1).map(TrainingOutput::name).toList();
    List<String> told = architecture.auxiliary().stream().map(AuxiliaryOutput::name).toList();
    if (!named.equals(told)) {
      throw new IllegalStateException(
          SafeText.format(
              "%s: its training pass has the auxiliary outputs %s, but its description has %s;"
                  + " rebuild the project so that the same version of Blockwork generates both",
              architecture.name(), named, told));
    }
    return pass;
  }

  @Override
  public Parameters parameters() {
    checkOpen();
    return parameters;
  }

  @Override
  public Gradients gradients() {
    checkOpen();
    return gradients;
  }

  @Override
  public Optional<BoundOptimizer> bindOptimizer(UpdateRule rule, INDArray state) {
    Objects.requireNonNull(rule, "rule");
    Objects.requireNonNull(state, "state");
    checkOpen();
    return engine.bindOptimizer(parameters, gradients, rule, state);
  }

  @Override
  public Optional<BoundAverage> bindAverage(Map<String, INDArray> averages) {
    Objects.requireNonNull(averages, "averages");
    checkOpen();
    for (ParameterInfo info : parameters.entries()) {
      requireLike(info, Optional.ofNullable(averages.get(info.name())));
    }
    return engine.bindAverage(parameters, averages);
  }

  /** Engines copy to the memory of the array as it lies there. */
  private void requireLike(ParameterInfo info, Optional<INDArray> average) {
    DataType type = parameters.dataType(info.name());
    if (!average.map(a -> isPlain(a, type, info.dimensions())).orElse(false)) {
      throw new IllegalArgumentException(
          SafeText.format(
              "the average of %s is %s: expected an array of shape %s and type %s in order 'c'",
              info.name(),
              average.map(INDArray::shapeInfoToString).orElse("missing"),
              Arrays.toString(info.dimensions()),
              type));
    }
  }

  private static boolean isPlain(INDArray array, DataType type, long... shape) {
    return array.dataType() == type
        && Arrays.equals(array.shape(), shape)
        && array.ordering() == 'c'
        && !array.isView();
  }

  @Override
  public Architecture architecture() {
    return architecture;
  }

  @Override
  public Engine engine() {
    checkOpen();
    return engine;
  }

  @Override
  public void freeze(String... prefixes) {
    Objects.requireNonNull(prefixes, "prefixes");
    parameters.update(() -> freezeAlone(prefixes));
  }

  private void freezeAlone(String... prefixes) {
    checkOpen();
    whole.frozen = new Freezing(architecture).modules(prefixes);
    gradients.clear();
    trainingPlans.close();
  }

  @Override
  public void freeze(Class<?> node, Class<?>... more) {
    Objects.requireNonNull(node, "node");
    Objects.requireNonNull(more, "more");
    List<Class<?>> all = Stream.concat(Stream.of(node), Stream.<Class<?>>of(more)).toList();
    freeze(new Freezing(architecture).paths(nodes(), all));
  }

  /**
   * The interfaces that are nodes of the network, in order, with the paths of their modules:
   * several where a node repeats under names of its own, none where it was left out. Generated code
   * knows them.
   */
  protected Map<Class<?>, List<String>> nodes() {
    return whole == this ? Map.of() : whole.nodes();
  }

  @Override
  public Optional<PretrainedWeights> published() {
    return whole == this ? Optional.empty() : whole.published();
  }

  @Override
  public Optional<Quantization> quantization() {
    return whole == this ? ranges : whole.quantization();
  }

  @Override
  public List<String> frozen() {
    checkOpen();
    return whole.frozen;
  }

  @Override
  public void close() {
    if (whole != this) {
      whole.close();
      return;
    }
    parameters.update(
        () -> {
          closed = true;
          sizes.forEach(CompiledNetwork::closePasses);
          closePasses();
          trainingPlans.close();
          parameters.close();
          gradients.close();
        });
    FreedMemory.returnToSystem();
  }

  private void closePasses() {
    inference.close();
    features.forEach(Features::close);
  }

  private void checkOpen() {
    if (whole.closed) {
      throw new IllegalStateException(
          SafeText.format("this %s is closed: create a new one", architecture.name()));
    }
  }

  @Override
  public String profile(INDArray images) {
    Objects.requireNonNull(images, "images");
    return parameters.read(
        () -> {
          CompiledNetwork sized = sizeOf(images);
          sized.checkImages(images);
          return engine.profile(parameters, images, sized::forwardPass);
        });
  }

  @Override
  public void observe(INDArray images, ActivationObserver observer) {
    Objects.requireNonNull(images, "images");
    parameters.read(
        () -> {
          CompiledNetwork sized = sizeOf(images);
          sized.checkImages(images);
          requireFiniteWeights();
          sized.checks.finite(images);
          engine.observe(parameters, images, sized::forwardPass, observer);
          sized.passes.forEach(pass -> engine.observe(parameters, images, pass, observer));
          return images;
        });
  }

  @Override
  public Map<String, String> floatLayers() {
    checkOpen();
    return engine.floatLayers(parameters, this::forwardPass);
  }

  /** Kernels may make a zero of a NaN: then nothing in the result would tell of it. */
  private void requireFiniteWeights() {
    Optional<String> bad = parameters.firstNonFinite();
    if (bad.isPresent()) {
      throw new IllegalStateException(
          SafeText.format(
              "%s: %s holds a NaN or an infinity, so the output would be meaningless; load or train"
                  + " other weights",
              architecture.name(), bad.get()));
    }
  }

  private void checkImages(INDArray images) {
    checkOpen();
    checks.images(images);
  }
}
