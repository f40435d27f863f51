package io.blockwork.onnx;

import io.blockwork.NetworkOptions;
import io.blockwork.onnx.file.ModelReader;
import io.blockwork.onnx.file.OnnxException;
import io.blockwork.onnx.file.OnnxModel;
import io.blockwork.onnx.file.OnnxTensor;
import io.blockwork.onnx.file.OnnxValue;
import io.blockwork.onnx.importer.Importer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * One of ONNX's own tests of operators: a model, inputs, and the outputs to expect. The first input
 * becomes the network's, the others become constants; else all inputs become constants.
 *
 * @param name of the test
 * @param model as the file has it
 * @param inputs in the order of the model's
 * @param outputs in the order of the model's
 */
record NodeCase(String name, OnnxModel model, List<OnnxTensor> inputs, List<OnnxTensor> outputs) {
  /** What came of a case. */
  enum Outcome {
    /** The network computed what was expected. */
    RUNS,
    /** It was worked out when the model was read, as expected. */
    FOLDS,
    /** The operator, or a setting of it, is not supported, and the message named it. */
    REFUSED,
    /** A result differed. */
    WRONG
  }

  /**
   * An outcome, and why.
   *
   * @param outcome what came of it
   * @param why messages, or the difference
   */
  record Result(Outcome outcome, String why) {}

  static NodeCase read(Path folder) {
    OnnxModel model = ModelReader.read(folder.resolve("model.onnx"));
    Path data = folder.resolve("test_data_set_0");
    return new NodeCase(
        folder.getFileName().toString(), model, tensors(data, "input"), tensors(data, "output"));
  }

  private static List<OnnxTensor> tensors(Path data, String kind) {
    List<OnnxTensor> all = new ArrayList<>();
    for (int i = 0; Files.exists(data.resolve(kind + "_" + i + ".pb")); i++) {
      all.add(OnnxFiles.tensor(data.resolve(kind + "_" + i + ".pb")));
    }
    return all;
  }

  /** The operators of the case. */
  List<String> operators() {
    return model.nodes().stream().map(node -> node.type()).distinct().toList();
  }

  /** Runs the case; as a network first, and where that is refused, as constants. */
  Result run() {
    Result network = network();
    if (network.outcome() != Outcome.REFUSED) {
      return network;
    }
    Result constants = constants();
    return constants.outcome() == Outcome.REFUSED && !network.why().isEmpty() ? network : constants;
  }

  /** Runs the case with one input as the images. */
  Result network() {
    String refusal = "";
    for (int input : candidates()) {
      try {
        return computed(input);
      } catch (OnnxException e) {
        refusal = refusal.isEmpty() ? String.valueOf(e.getMessage()) : refusal;
      }
    }
    return new Result(Outcome.REFUSED, refusal);
  }

  /** The inputs that may be the images; these are not the first input of every operator. */
  private List<Integer> candidates() {
    return IntStream.range(0, Math.min(3, inputs.size()))
        .filter(i -> inputs.get(i).type().isFloating() && !inputs.get(i).shape().contains(0))
        .boxed()
        .toList();
  }

  /** The input that is the images when the case runs as a network. */
  OnnxTensor images() {
    for (int input : candidates()) {
      try {
        Importer.run(withConstants(input, model.outputs().subList(0, 1)), Optional.empty());
        return inputs.get(input);
      } catch (OnnxException e) {
        // The next one may be.
      }
    }
    throw new IllegalStateException(name + " is no network");
  }

  /** Works the case out, with all inputs as constants. */
  Result constants() {
    try {
      return folded();
    } catch (OnnxException e) {
      return new Result(Outcome.REFUSED, String.valueOf(e.getMessage()));
    }
  }

  private Result computed(int input) {
    // Indices, masks and statistics are refused; what is beside them is not.
    OnnxModel one = withConstants(input, model.outputs().subList(0, 1));
    var network = Importer.run(one, Optional.empty());
    OnnxTensor images = inputs.get(input);
    try (OnnxNetwork net = OnnxNetwork.of(name, network, NetworkOptions.defaults())) {
      float[] result = net.forward(images.floats());
      return compared(Outcome.RUNS, result);
    }
  }

  /** Compares what a network gave of the images. */
  Result compared(Outcome fine, float... values) {
    return compared(fine, outputs.get(0), toDoubles(values));
  }

  private static double[] toDoubles(float... values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }

  private Result folded() {
    OnnxModel all = withConstants(-1, model.outputs());
    for (int i = 0; i < outputs.size(); i++) {
      Optional<OnnxTensor> result = Importer.constant(all, model.outputs().get(i).name());
      if (!result.orElseThrow().shape().equals(outputs.get(i).shape())) {
        return new Result(
            Outcome.WRONG, result.get().shape() + " instead of " + outputs.get(i).shape());
      }
      Result compared = compared(Outcome.FOLDS, outputs.get(i), result.get().doubles());
      if (compared.outcome() == Outcome.WRONG) {
        return compared;
      }
    }
    return new Result(Outcome.FOLDS, "");
  }

  /** The model with all inputs but one as constants. */
  private OnnxModel withConstants(int except, List<OnnxValue> wanted) {
    Map<String, OnnxTensor> constants = new LinkedHashMap<>(model.initializers());
    for (int i = 0; i < inputs.size(); i++) {
      if (i != except) {
        String name = model.inputs().get(i).name();
        constants.put(name, inputs.get(i).named(name));
      }
    }
    return new OnnxModel(
        model.irVersion(),
        model.opset(),
        model.domains(),
        model.producer(),
        model.metadata(),
        model.functions(),
        model.name(),
        model.nodes(),
        constants,
        except < 0 ? List.of() : List.of(model.inputs().get(except)),
        wanted,
        model.externalFiles());
  }

  private Result compared(Outcome fine, OnnxTensor expected, double... values) {
    double[] wanted = expected.doubles();
    if (wanted.length != values.length) {
      return new Result(Outcome.WRONG, values.length + " values instead of " + wanted.length);
    }
    double largest = 1e-6;
    double error = 0;
    for (int i = 0; i < wanted.length; i++) {
      largest = Double.isFinite(wanted[i]) ? Math.max(largest, Math.abs(wanted[i])) : largest;
      double difference = Math.abs(wanted[i] - values[i]);
      boolean same = wanted[i] == values[i] || Double.isNaN(wanted[i]) && Double.isNaN(values[i]);
      error = same ? error : Math.max(error, Double.isNaN(difference) ? 1e30 : difference);
    }
    return error <= bound() * largest
        ? new Result(fine, "")
        : new Result(Outcome.WRONG, "differs by " + error + " of " + largest);
  }

  /** Beside the largest value; the outputs of one case are written with four decimals. */
  private double bound() {
    return name.equals("test_averagepool_2d_ceil_last_window_starts_on_pad") ? 2e-4 : 1e-5;
  }
}
