package io.blockwork.onnx.exporter;

import io.blockwork.graph.Graph;
import io.blockwork.graph.StateDict;
import io.blockwork.graph.ops.Parameter;
import io.blockwork.graph.ops.Shape;
import io.blockwork.interpreter.Interpreter;
import io.blockwork.interpreter.RandomGraph;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.Parameters;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** A graph with weights and images, and what the interpreter says of it. */
final class GraphCase implements AutoCloseable {
  private final Graph graph;
  private final Map<String, double[]> values = new LinkedHashMap<>();
  private final Parameters parameters;
  private final Random random;

  GraphCase(Graph graph, long seed) {
    this.graph = graph;
    this.random = new Random(seed);
    this.parameters =
        new Parameters(StateDict.of(graph).stream().map(GraphCase::info).toList(), DataType.FLOAT);
    for (Parameter parameter : StateDict.of(graph)) {
      double[] numbers = RandomGraph.values(parameter, random);
      // The interpreter has the very numbers that single precision has.
      Arrays.setAll(numbers, i -> (float) numbers[i]);
      values.put(parameter.name(), numbers);
      if (parameter.kind() != Parameter.Kind.NUM_BATCHES_TRACKED) {
        long[] shape = parameters.info(parameter.name()).dimensions();
        parameters.set(
            parameter.name(), Nd4j.createFromArray(numbers).castTo(DataType.FLOAT).reshape(shape));
      }
    }
  }

  private static ParameterInfo info(Parameter parameter) {
    ParameterInfo.Kind kind =
        switch (parameter.kind()) {
          case WEIGHT -> ParameterInfo.Kind.CONV_WEIGHT;
          case SCALE -> ParameterInfo.Kind.SCALE;
          case BIAS -> ParameterInfo.Kind.BIAS;
          case RUNNING_MEAN -> ParameterInfo.Kind.RUNNING_MEAN;
          case RUNNING_VAR -> ParameterInfo.Kind.RUNNING_VAR;
          case NUM_BATCHES_TRACKED -> ParameterInfo.Kind.NUM_BATCHES_TRACKED;
        };
    return new ParameterInfo(parameter.name(), kind, parameter.shape());
  }

  Graph graph() {
    return graph;
  }

  Parameters parameters() {
    return parameters;
  }

  OnnxExport export() {
    return OnnxExport.of("Case", graph, parameters);
  }

  long[] shape(int batch) {
    Shape input = graph.node(0).op().shape(java.util.List.of());
    return new long[] {batch, input.channels(), input.height(), input.width()};
  }

  float[] images(int batch) {
    float[] images =
        new float[Math.toIntExact(Arrays.stream(shape(batch)).reduce(1, Math::multiplyExact))];
    for (int i = 0; i < images.length; i++) {
      images[i] = 3 * random.nextFloat() - 1.5f;
    }
    return images;
  }

  /** The values of the main output. */
  double[] expected(float[] images, int batch) {
    double[] input = new double[images.length];
    Arrays.setAll(input, i -> images[i]);
    var interpreter =
        new Interpreter(
            graph,
            values,
            (path, rate, wholeImages, n, shape) -> {
              double[] ones = new double[Math.toIntExact(n * shape.elements())];
              Arrays.fill(ones, 1);
              return ones;
            });
    return interpreter.run(input, batch, false).value(graph.output());
  }

  @Override
  public void close() {
    parameters.close();
  }
}
