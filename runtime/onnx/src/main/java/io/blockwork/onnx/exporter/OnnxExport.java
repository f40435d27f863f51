package io.blockwork.onnx.exporter;

import io.blockwork.ModelCard;
import io.blockwork.Network;
import io.blockwork.compiled.CompiledGraph;
import io.blockwork.data.Task;
import io.blockwork.engine.Quantization;
import io.blockwork.graph.Graph;
import io.blockwork.graph.ModuleNames;
import io.blockwork.graph.Output;
import io.blockwork.graph.Shapes;
import io.blockwork.graph.StateDict;
import io.blockwork.graph.Totals;
import io.blockwork.graph.ops.Outcome;
import io.blockwork.graph.ops.Parameter;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.plans.InferencePlanner;
import io.blockwork.graph.text.GraphText;
import io.blockwork.graph.text.GraphTextException;
import io.blockwork.graph.transforms.DropRandomness;
import io.blockwork.graph.transforms.FoldBatchNorm;
import io.blockwork.graph.transforms.Transforms;
import io.blockwork.graph.transforms.Truncate;
import io.blockwork.image.Preprocessing;
import io.blockwork.io.NearestName;
import io.blockwork.io.SafeText;
import io.blockwork.onnx.OnnxNetwork;
import io.blockwork.onnx.proto.GraphProto;
import io.blockwork.onnx.proto.ModelProto;
import io.blockwork.onnx.proto.OperatorSetIdProto;
import io.blockwork.onnx.proto.TensorProto;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.Parameters;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Writes a network as an ONNX file, which ONNX Runtime, OpenVINO, TensorRT and others run.
 *
 * <pre>{@code
 * OnnxExport.of(net).classes(names).softmax().to(Path.of("net.onnx"));
 * }</pre>
 *
 * <p>The file holds the network as inference has it: nothing is dropped, norms use their running
 * statistics, auxiliary outputs are left out. The input is called {@code input}, {@code [N, C, H,
 * W]} with any N, the result {@code output}. Weights have their {@code state_dict} names and
 * shapes, but that numbers per channel which ONNX adds or multiplies to maps are {@code [C, 1, 1]}
 * ({@code num_batches_tracked}, which inference does not need, is not there); nodes have the names
 * of their modules.
 */
public final class OnnxExport {
  /** The oldest opset that can be written. */
  public static final int LEAST_OPSET = 13;

  /** The newest opset that can be written. */
  public static final int MOST_OPSET = 25;

  /** The opset that is written unless another one is asked for. */
  public static final int DEFAULT_OPSET = 17;

  /** The version of the file's form that came with each opset, from the oldest one on. */
  private static final int[] IR_VERSIONS = {7, 7, 8, 8, 8, 8, 9, 9, 10, 10, 11, 12, 13};

  private static final String INPUT = "input";

  private final String name;
  private final Graph network;
  private final Parameters parameters;

  /** The only number of images that the network is for; empty for any number. */
  private final OptionalInt batch;

  private int opset = DEFAULT_OPSET;
  private DataType dataType = DataType.FLOAT;
  private boolean softmax;
  private boolean foldNorms;
  private boolean externalWeights;
  private boolean bytesIn;
  private long mostBytes = ModelFile.MOST_BYTES;
  private List<String> classes = List.of();
  private List<String> features = List.of();
  private Optional<Preprocessing> preprocessing = Optional.empty();
  private Optional<Quantization> quantization = Optional.empty();

  private OnnxExport(String name, Graph network, Parameters parameters, OptionalInt batch) {
    this.name = name;
    this.network = network;
    this.parameters = parameters;
    this.batch = batch;
  }

  /**
   * The export of a network. It writes the weights that the network has when {@link #to} is called.
   *
   * @param network any network that the processor generated, or one that was loaded from ONNX
   * @throws IllegalStateException if the graph beside the network's class is missing, or is not
   *     that of the class; the message says how to mend that
   */
  public static OnnxExport of(Network network) {
    String name = network.architecture().name();
    OptionalInt batch = network.architecture().batch();
    if (network instanceof OnnxNetwork loaded) {
      return of(name, loaded.graph(), loaded.parameters(), batch);
    }
    String text =
        CompiledGraph.of(network)
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        SafeText.format(
                            "%s: there is no %s beside its class, which exports need; build it"
                                + " without -Ablockwork.graph=false, and keep resources with"
                                + " classes when you pack them",
                            name, CompiledGraph.fileName(network))));
    try {
      return of(name, GraphText.read(text), network.parameters(), batch);
    } catch (GraphTextException e) {
      throw new IllegalStateException(
          SafeText.format(
              "%s: %s beside its class cannot be read: %s; build the network again",
              name, CompiledGraph.fileName(network), e.getMessage()),
          e);
    }
  }

  /**
   * The export of a graph.
   *
   * @param name of the network
   * @param graph as it was built, before any transform
   * @param parameters the values of its {@code state_dict}
   * @throws IllegalStateException if they are not those of the graph
   */
  public static OnnxExport of(String name, Graph graph, Parameters parameters) {
    return of(name, graph, parameters, OptionalInt.empty());
  }

  private static OnnxExport of(String name, Graph graph, Parameters parameters, OptionalInt batch) {
    List<String> told = new ArrayList<>();
    for (Parameter parameter : StateDict.of(graph)) {
      told.add(parameter.name() + " " + parameter.shape());
    }
    List<String> there = new ArrayList<>();
    for (ParameterInfo parameter : parameters.entries()) {
      there.add(parameter.name() + " " + parameter.shape());
    }
    if (!told.equals(there)) {
      int first = 0;
      while (first < Math.min(told.size(), there.size())
          && told.get(first).equals(there.get(first))) {
        first++;
      }
      throw new IllegalStateException(
          SafeText.format(
              "%s: its graph is that of another network: it has %s where the parameters have %s;"
                  + " build the network again",
              name, entry(told, first), entry(there, first)));
    }
    return new OnnxExport(name, graph, parameters, batch);
  }

  private static String entry(List<String> entries, int index) {
    return index < entries.size() ? entries.get(index) : "no more entries";
  }

  /**
   * Chooses the version of the operators: a newer one has GELU, Mish, layer and group norm as one
   * node each, an older one is read by older runtimes. 17 unless it is chosen.
   *
   * @throws IllegalArgumentException if it is not from 13 to 25
   */
  public OnnxExport opset(int version) {
    if (version < LEAST_OPSET || version > MOST_OPSET) {
      throw new IllegalArgumentException(
          SafeText.format(
              "expected an opset from %d to %d, got %d", LEAST_OPSET, MOST_OPSET, version));
    }
    opset = version;
    return this;
  }

  /**
   * Chooses the type of weights, input and output, whatever that of the network is: {@code FLOAT}
   * unless it is chosen. ONNX Runtime has no convolutions of {@code DOUBLE} on CPUs.
   *
   * @throws IllegalArgumentException if it is neither {@code FLOAT} nor {@code DOUBLE}
   */
  public OnnxExport dataType(DataType type) {
    if (type != DataType.FLOAT && type != DataType.DOUBLE) {
      throw new IllegalArgumentException("expected FLOAT or DOUBLE, got " + type);
    }
    dataType = type;
    return this;
  }

  /** Ends the network in a softmax over the classes, so that the output is probabilities. */
  public OnnxExport softmax() {
    softmax = true;
    return this;
  }

  /**
   * Multiplies batch norms into the convolutions before them, whose weights and new biases then are
   * not those of the {@code state_dict} any more. Without it norms are kept, so that the file holds
   * all that training needs; runtimes fold them when they load it.
   */
  public OnnxExport foldNorms() {
    foldNorms = true;
    return this;
  }

  /**
   * Puts weights into a file of their own beside the model, {@code net.onnx.3f2a91c07d5e8b64.data},
   * which has to travel with it. Where the model would reach 2 GB they are put there in any case.
   * The name follows from the content; the data of an earlier export stays, since other models may
   * refer to it.
   */
  public OnnxExport externalWeights() {
    externalWeights = true;
    return this;
  }

  /**
   * Writes the network in 8-bit integers: pairs of {@code QuantizeLinear} and {@code
   * DequantizeLinear} stand around its layers, which ONNX Runtime and others compute in integers.
   * Activations are unsigned with one scale a tensor, weights are signed bytes with a scale for
   * each output channel; norms are folded into convolutions.
   *
   * @param ranges between which values the outputs of the layers lie, as {@code
   *     io.blockwork.quantization.Calibrator} finds them
   */
  public OnnxExport quantization(Quantization ranges) {
    quantization = Optional.of(Objects.requireNonNull(ranges, "ranges"));
    return this;
  }

  /** Sets what a single file may hold, to try out what happens beyond. */
  OnnxExport mostBytes(long bytes) {
    mostBytes = bytes;
    return this;
  }

  /**
   * Names the classes by index, in the metadata {@code classes}: an array in JSON. Without this,
   * those that the weights know ({@link ModelCard}) are written.
   *
   * @throws IllegalArgumentException if the network has another number of classes
   */
  public OnnxExport classes(List<String> names) {
    int count = Shapes.of(network).get(network.output()).channels();
    if (names.size() != count) {
      throw new IllegalArgumentException(
          SafeText.format(
              "%s: expected one name for each of %d classes, got %d", name, count, names.size()));
    }
    classes = List.copyOf(names);
    return this;
  }

  /**
   * Says what the network's images went through, in the metadata {@code preprocessing}: an object
   * in JSON with {@code resize}, {@code crop}, {@code interpolation}, {@code mean}, {@code std}.
   * Without this, what the weights know of it ({@link ModelCard}) is written.
   *
   * @throws IllegalArgumentException if it makes other images than the network reads
   */
  public OnnxExport preprocessing(Preprocessing made) {
    Shape input = input();
    if (!fits(made)) {
      throw new IllegalArgumentException(
          SafeText.format(
              "%s reads images of %s, but the preprocessing makes %d channels%s",
              name,
              input,
              made.mean().size(),
              made.crop() == 0 ? "" : " of " + made.crop() + " x " + made.crop()));
    }
    preprocessing = Optional.of(made);
    return this;
  }

  /**
   * Takes bytes: the input is {@code uint8 [N, H, W, C]}, as images lie in memory, and the model
   * scales and normalises them as {@link #preprocessing} says. Resizing and cropping is left to the
   * caller.
   */
  public OnnxExport bytesIn() {
    bytesIn = true;
    return this;
  }

  /**
   * Adds outputs: the values inside the network that have these names, as {@link
   * io.blockwork.Output} has them. Each output is called as its module.
   *
   * @throws IllegalArgumentException if a name is none, or stands there twice
   */
  public OnnxExport features(String... modules) {
    ModuleNames names = ModuleNames.of(network);
    for (String module : modules) {
      if (names.node(module).isEmpty()) {
        throw new IllegalArgumentException(
            SafeText.format(
                "%s has no module %s%s",
                name, module, NearestName.suggestion(module, names.all().keySet())));
      }
    }
    if (Set.of(INPUT, Output.MAIN).stream().anyMatch(List.of(modules)::contains)
        || new LinkedHashSet<>(List.of(modules)).size() < modules.length) {
      throw new IllegalArgumentException(
          SafeText.format("expected different names, got %s", List.of(modules)));
    }
    features = List.of(modules);
    return this;
  }

  private Shape input() {
    return network.node(0).op().shape(List.of());
  }

  /**
   * Writes the file. Nothing is ever half-written: a file that was there is replaced by the
   * finished new one.
   *
   * @throws IllegalStateException if a weight or a running statistic is NaN or infinite, or becomes
   *     so in the file's type; or the settings contradict each other
   * @throws io.blockwork.io.FileException if it cannot be written
   */
  public void to(Path file) {
    if (bytesIn && card().preprocessing().isEmpty()) {
      throw new IllegalStateException(
          "bytesIn needs to know how images are normalised: call preprocessing first");
    }
    if (quantization.isPresent() && (dataType != DataType.FLOAT || !features.isEmpty())) {
      throw new IllegalStateException(
          SafeText.format(
              "%s: 8-bit integers go with FLOAT and the main output alone: leave out %s",
              name, features.isEmpty() ? "dataType" : "features"));
    }
    parameters.read(
        () -> {
          write(file);
          return true;
        });
  }

  private void write(Path file) {
    Optional<String> bad = parameters.firstNonFinite();
    if (bad.isPresent()) {
      throw new IllegalStateException(
          SafeText.format(
              "%s: %s holds a NaN or an infinity, so nothing was exported; load or train other"
                  + " weights",
              name, bad.get()));
    }
    Graph part = quantization.isPresent() ? planned() : inference();
    OnnxGraph graph = new OnnxGraph(opset, dataType, parameters, batch);
    graph.reserve(INPUT);
    part.outputs().forEach(output -> graph.reserve(output.name()));
    Value images = images(graph);
    List<Value> values =
        quantization.isPresent()
            ? QuantizedNodes.write(graph, part, images, quantization.get())
            : GraphNodes.write(graph, part, images);
    List<Shape> shapes = Shapes.of(part);
    List<Value> ends = new ArrayList<>();
    for (Output output : part.outputs()) {
      boolean vector = part.isVector(output.node(), shapes);
      Value computed = values.get(output.node());
      Value end = end(graph, computed, vector, output);
      ends.add(end);
      if (end.shape().equals(computed.shape()) && !graph.has(computed)) {
        // Another output may be the same value, which has another name now.
        values.replaceAll(value -> value.equals(computed) ? end : value);
      }
    }
    ModelFile.write(file, model(graph, ends), graph.initialisers(), externalWeights, mostBytes);
  }

  /** The network as the file has it. */
  private Graph inference() {
    requireSoftmaxFits();
    List<Output> outputs = new ArrayList<>(List.of(network.outputs().get(0)));
    ModuleNames names = ModuleNames.of(network);
    for (String feature : features) {
      OptionalInt node = names.node(feature);
      outputs.add(Output.feature(feature, node.orElseThrow()));
    }
    Graph part = DropRandomness.apply(Truncate.apply(network, outputs));
    return foldNorms ? FoldBatchNorm.apply(part) : part;
  }

  /** The network as our own kernels run it, whose layers the ranges are those of. */
  private Graph planned() {
    requireSoftmaxFits();
    Graph main = Truncate.apply(network, List.of(network.outputs().get(0)));
    return InferencePlanner.plan(Transforms.forInference(main)).graph();
  }

  private void requireSoftmaxFits() {
    Task task = ModelCard.of(parameters).task();
    if (softmax && task != Task.SINGLE_LABEL) {
      throw new IllegalStateException(
          SafeText.format(
              "%s was trained for %s: its outputs are no distribution over classes; export it"
                  + " without softmax()",
              name, task));
    }
    if (softmax && network.node(network.output()).op().outcome() == Outcome.SHARES) {
      throw new IllegalStateException(
          SafeText.format("%s ends in a softmax of its own: export it without another", name));
    }
  }

  /** What the first node reads: the input, or what becomes of bytes. */
  private Value images(OnnxGraph graph) {
    Shape shape = input();
    if (!bytesIn) {
      return new Value(INPUT, shape, false);
    }
    Preprocessing made = card().preprocessing().orElseThrow();
    long[] perChannel = {shape.channels(), 1, 1};
    graph.begin("preprocessing", "bytes to 0 .. 1, normalised");
    String numbers =
        graph.hiddenPart(
            "Cast", List.of(INPUT), Attributes.integer("to", graph.onnxType().getNumber()));
    Value x =
        graph.part(
            "Transpose", shape, false, List.of(numbers), Attributes.integers("perm", 0, 3, 1, 2));
    // In this order the numbers are those of our own preprocessing to the last bit.
    x = graph.part("Div", x, List.of(graph.scalar(255)));
    x = graph.part("Sub", x, List.of(graph.constant("mean", perChannel, numbers(made.mean()))));
    return graph.part("Div", x, List.of(graph.constant("std", perChannel, numbers(made.std()))));
  }

  private static double[] numbers(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** Makes a value an output. */
  private Value end(OnnxGraph graph, Value computed, boolean vector, Output output) {
    graph.begin(output.name(), "");
    Value value = vector ? graph.vector(computed) : graph.map(computed);
    if (softmax && output.kind() == Output.Kind.MAIN) {
      graph.begin("softmax", "probabilities");
      value = graph.whole("Softmax", value, List.of(), Attributes.integer("axis", 1));
    } else if (value.name().equals(INPUT) || isEnd(value)) {
      value = graph.part("Identity", value, List.of());
    }
    graph.rename(value.name(), output.name());
    return new Value(output.name(), value.shape(), value.vector());
  }

  private boolean isEnd(Value value) {
    return value.name().equals(Output.MAIN) || features.contains(value.name());
  }

  private ModelProto.Builder model(OnnxGraph graph, List<Value> ends) {
    Set<String> names = new LinkedHashSet<>();
    ends.forEach(end -> names.add(end.name()));
    GraphProto.Builder body = graph.finish(name, names);
    Shape in = input();
    body.addInput(
        bytesIn
            ? graph.info(
                INPUT,
                TensorProto.DataType.UINT8,
                "images of N, rows, columns, channels: 0 to 255",
                in.height(),
                in.width(),
                in.channels())
            : graph.info(
                new Value(INPUT, in, false), "images, scaled and normalised as in training"));
    for (Value end : ends) {
      boolean main = end.name().equals(Output.MAIN);
      String words =
          main ? (softmax ? "probabilities" : "the result") : "the value of module " + end.name();
      body.addOutput(graph.info(end, words));
    }
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSIONS[opset - LEAST_OPSET])
            .setProducerName("Blockwork")
            .setProducerVersion(version())
            .setDocString(name + ": " + Totals.of(network, Shapes.of(network)))
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(opset))
            .setGraph(body);
    card().entries().forEach((key, text) -> model.addMetadataProps(ModelFile.entry(key, text)));
    return model;
  }

  /** What was said here, else what the weights say of themselves, where it fits the network. */
  private ModelCard card() {
    ModelCard told = ModelCard.of(parameters);
    int count = Shapes.of(network).get(network.output()).channels();
    List<String> names = classes.isEmpty() ? told.classNames() : classes;
    return new ModelCard(
        Optional.of(name),
        names.size() == count ? names : List.of(),
        preprocessing.or(() -> told.preprocessing().filter(this::fits)),
        told.task());
  }

  private boolean fits(Preprocessing made) {
    Shape input = input();
    return input.channels() == made.mean().size()
        && (made.crop() == 0 || (made.crop() == input.height() && made.crop() == input.width()));
  }

  /** That of the jar; empty for classes that are in none. */
  private static String version() {
    return Objects.requireNonNullElse(OnnxExport.class.getPackage().getImplementationVersion(), "");
  }
}
