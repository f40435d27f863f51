package io.blockwork.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/**
 * The reference figures of one network; {@code golden/README.md} among the test resources explains
 * every field.
 *
 * @param config the architecture in the reference script's words
 * @param parameters learnable values
 * @param parameterTensors learnable tensors
 * @param state every entry of the {@code state_dict}, in order
 * @param facts at the standard size
 * @param shapes at the size of the numeric part
 * @param evalOutput inference on two images, a row each
 * @param train the training pass
 * @param float32 deviations of PyTorch's own float32 run
 */
record Golden(
    JsonNode config,
    long parameters,
    int parameterTensors,
    List<Named> state,
    Facts facts,
    Facts shapes,
    List<double[]> evalOutput,
    Train train,
    Float32 float32) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** A tensor's or module's name and shape. */
  record Named(String name, List<Integer> shape) {
    private static Named of(JsonNode pair) {
      return new Named(pair.get(0).textValue(), integers(pair.get(1)));
    }
  }

  /**
   * What is known without running numbers.
   *
   * @param stages modules and the shape of their output for one image
   */
  record Facts(
      List<Integer> input,
      long macs,
      int convAndLinearLayers,
      List<Named> stages,
      List<Integer> output) {
    private static Facts of(JsonNode facts) {
      return new Facts(
          integers(facts.get("input")),
          facts.get("macs").longValue(),
          facts.get("convAndLinearLayers").intValue(),
          children(facts.get("stages")).stream().map(Named::of).toList(),
          integers(facts.get("output")));
    }
  }

  /** L2 norm, sum and first entries of a tensor, in this order. */
  record Figures(String name, double[] values) {}

  /**
   * The training pass and the losses after SGD steps of either rate.
   *
   * @param runningNorms of the running statistics, in {@code state} order
   * @param auxiliary the outputs of auxiliary heads, by name
   */
  record Train(
      List<Integer> inputShape,
      List<double[]> output,
      double loss,
      double[] inputGradient,
      List<Figures> gradients,
      double[] runningNorms,
      double[] lossAfterSteps,
      double[] lossAfterSmallSteps,
      Map<String, List<double[]>> auxiliary) {
    private static Train of(JsonNode train) {
      Map<String, List<double[]>> auxiliary = new LinkedHashMap<>();
      train
          .path("auxOutput")
          .properties()
          .forEach(
              head ->
                  auxiliary.put(
                      head.getKey(),
                      children(head.getValue()).stream().map(row -> doubles(row, 0)).toList()));
      return new Train(
          integers(train.get("inputShape")),
          children(train.get("output")).stream().map(row -> doubles(row, 0)).toList(),
          train.get("loss").doubleValue(),
          doubles(train.get("inputGradient"), 0),
          named(train.get("gradients")),
          doubles(train.get("runningNorms"), 0),
          doubles(train.get("lossAfterSteps"), 0),
          doubles(train.get("lossAfterSmallSteps"), 0),
          auxiliary);
    }
  }

  /**
   * How far PyTorch's own float32 run is from the figures; losses before and after 1, 2, 3 steps.
   */
  record Float32(
      double evalOutputMaxAbs,
      double evalOutputMaxDeviation,
      double trainOutputMaxAbs,
      double trainOutputMaxDeviation,
      double[] lossDeviations,
      double[] smallStepLossDeviations,
      double inputGradientRelative,
      double gradientWorstRelative,
      double runningWorstRelative) {}

  /** Reads {@code golden/<name>.json} of the test resources. */
  static Golden read(String name) {
    try (InputStream in = Golden.class.getResourceAsStream("/golden/" + name + ".json")) {
      if (in == null) {
        throw new FileNotFoundException("test resource golden/" + name + ".json");
      }
      JsonNode root = JSON.readTree(in);
      return new Golden(
          root.get("config"),
          root.get("parameters").longValue(),
          root.get("parameterTensors").intValue(),
          children(root.get("state")).stream().map(Named::of).toList(),
          Facts.of(root.get("facts")),
          Facts.of(root.get("shapes")),
          children(root.get("eval").get("output")).stream().map(row -> doubles(row, 0)).toList(),
          Train.of(root.get("train")),
          JSON.treeToValue(root.get("float32"), Float32.class));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the formula's weights are scaled by. */
  double gain() {
    return config.path("gain").asDouble(1);
  }

  /** Images of the training pass. */
  int batch() {
    return config.get("batch").intValue();
  }

  /** The names of the running statistics, in {@code state} order. */
  List<String> statistics() {
    return state.stream().map(Named::name).filter(name -> name.contains(".running_")).toList();
  }

  /** Whether the loss is the squared distance to {@code target} instead of cross-entropy. */
  boolean regression() {
    return config.get("family").textValue().equals("denseblock");
  }

  private static List<JsonNode> children(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }

  private static List<Integer> integers(JsonNode array) {
    return children(array).stream().map(JsonNode::intValue).toList();
  }

  private static double[] doubles(JsonNode array, int from) {
    return children(array).stream().skip(from).mapToDouble(JsonNode::doubleValue).toArray();
  }

  private static List<Figures> named(JsonNode array) {
    List<Figures> figures = new ArrayList<>();
    for (JsonNode row : array) {
      figures.add(new Figures(row.get(0).textValue(), doubles(row, 1)));
    }
    return figures;
  }
}
