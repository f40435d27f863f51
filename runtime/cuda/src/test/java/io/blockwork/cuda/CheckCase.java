package io.blockwork.cuda;

import io.blockwork.engine.BoundInference;
import io.blockwork.engine.BoundTraining;
import io.blockwork.engine.Engine;
import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingPass;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.memory.NativeBlock;
import io.blockwork.memory.NativeValues;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.Parameters;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A pass with its parameters and images, which runs on any engine and, on this one, without ND4J.
 *
 * @param name for the report
 * @param batch images
 * @param input values of one image
 * @param output values of the result of one image
 * @param state the parameters
 * @param inference binds inference
 * @param training binds training
 * @param trains whether it can be trained
 */
record CheckCase(
    String name,
    int batch,
    int input,
    int output,
    List<ParameterInfo> state,
    Function<InferenceBinder, ForwardPass> inference,
    Function<TrainingBinder, TrainingPass> training,
    boolean trains) {
  private static final int SAMPLE = 20_000;

  Parameters parameters() {
    Parameters parameters = new Parameters(state, DataType.FLOAT);
    parameters.write(
        memory -> {
          long seed = 100;
          for (ParameterInfo info : state) {
            seed++;
            if (info.kind() != ParameterInfo.Kind.NUM_BATCHES_TRACKED) {
              fill(info, memory.values(info.name()).floats(), seed);
            }
          }
        });
    return parameters;
  }

  private static void fill(ParameterInfo info, FloatBuffer values, long seed) {
    int length = Math.toIntExact(info.length());
    float[] random = random(seed, length);
    boolean matrix = info.shape().size() > 1;
    float scale = matrix ? (float) Math.sqrt(3.0 * info.shape().get(0) / length) : 0.25f;
    boolean around1 =
        info.kind() == ParameterInfo.Kind.RUNNING_VAR
            || info.kind() == ParameterInfo.Kind.NORM_WEIGHT
            || info.kind() == ParameterInfo.Kind.NORM_WEIGHT_ZERO;
    for (int i = 0; i < length; i++) {
      values.put(i, random[i] * scale + (around1 ? 1 : 0));
    }
  }

  static float[] random(long seed, int length) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      float value = (float) (2 * random.nextDouble() - 1);
      values[i] = Float.intBitsToFloat(Float.floatToIntBits(value) & 0xffff0000);
    }
    return values;
  }

  private float[] images() {
    return random(1, batch * input);
  }

  private float[] outputGradient() {
    return random(7, batch * output);
  }

  private static TrainingSettings settings() {
    return new TrainingSettings(true, List.of(), 42);
  }

  /** What another engine computes. */
  Map<String, float[]> expected(Engine engine) {
    Map<String, float[]> all = new LinkedHashMap<>();
    float[] result = new float[batch * output];
    try (BoundInference bound = engine.bindInference(parameters(), batch, inference)) {
      bound.run(FloatBuffer.wrap(images()), FloatBuffer.wrap(result));
    }
    all.put("inference", result);
    if (trains) {
      Gradients gradients = new Gradients(state, DataType.FLOAT);
      INDArray images = Nd4j.createFromArray(images()).reshape(batch, input);
      INDArray trained = Nd4j.create(DataType.FLOAT, batch, output);
      INDArray inputGradient = images.dup();
      Parameters parameters = parameters();
      parameters.passes(5);
      try (BoundTraining bound =
          engine.bindTraining(parameters, gradients, batch, settings(), training)) {
        bound.forward(images, trained);
        bound.backward(Nd4j.createFromArray(outputGradient()).reshape(batch, output));
        bound.inputGradient(inputGradient);
      }
      all.put("training", trained.data().asFloat());
      all.put("gradient of the images", inputGradient.data().asFloat());
      all.put("gradients", gradients.flat().data().asFloat());
    }
    return all;
  }

  /** What this engine computes. */
  Map<String, float[]> got(CudaEngine engine) {
    Map<String, float[]> all = new LinkedHashMap<>();
    float[] result = new float[batch * output];
    try (BoundInference bound = engine.bindInference(parameters(), batch, inference)) {
      bound.run(FloatBuffer.wrap(images()), FloatBuffer.wrap(result));
      bound.run(FloatBuffer.wrap(images()), FloatBuffer.wrap(result));
    }
    all.put("inference", result);
    if (trains) {
      Parameters parameters = parameters();
      parameters.passes(5);
      int learnable = Math.toIntExact(Math.max(1, parameters.count()));
      try (NativeBlock images = block(images());
          NativeBlock gradient = block(outputGradient());
          NativeBlock trained = NativeBlock.allocate(4L * batch * output);
          NativeBlock inputGradient = NativeBlock.allocate(4L * batch * input);
          NativeBlock gradients = NativeBlock.allocate(4L * learnable);
          CudaTraining bound =
              (CudaTraining)
                  engine.bindTraining(
                      parameters,
                      new Gradients(state, DataType.FLOAT),
                      batch,
                      settings(),
                      training)) {
        gradients.clear();
        bound.forward(images.address());
        bound.result(trained.address());
        bound.backward(gradient.address(), gradients.address());
        bound.inputGradient(inputGradient.address());
        all.put("training", floats(trained, batch * output));
        all.put("gradient of the images", floats(inputGradient, batch * input));
        all.put("gradients", floats(gradients, learnable));
      }
    }
    return all;
  }

  private static NativeBlock block(float[] values) {
    NativeBlock block = NativeBlock.allocate(4L * values.length);
    NativeValues.floats(block.address(), values.length).put(values);
    return block;
  }

  private static float[] floats(NativeBlock block, int length) {
    float[] values = new float[length];
    NativeValues.floats(block.address(), length).get(values);
    return values;
  }

  /** A large array's values at regular distances: the figures have to travel. */
  static float[] sampled(float[] values) {
    int step = Math.max(1, values.length / SAMPLE);
    float[] some = new float[(values.length + step - 1) / step];
    for (int i = 0; i < some.length; i++) {
      some[i] = values[i * step];
    }
    return some;
  }

  /**
   * The distance of two arrays as a part of the first one's norm; infinite where there is a NaN.
   */
  static double distance(float[] expected, float[] got) {
    if (expected.length != got.length) {
      return Double.POSITIVE_INFINITY;
    }
    double error = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      double d = (double) expected[i] - got[i];
      error += d * d;
      norm += (double) expected[i] * expected[i];
    }
    double distance = Math.sqrt(error / Math.max(norm, 1e-12));
    return Double.isNaN(distance) ? Double.POSITIVE_INFINITY : distance;
  }
}
