package io.blockwork.engine.onednn;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.engine.BoundInference;
import io.blockwork.engine.Conv;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.Epilogue;
import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.Kernel;
import io.blockwork.engine.Quantization;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.TensorRange;
import io.blockwork.engine.ValueRange;
import io.blockwork.jvm.ChildJvm;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.ParameterInfo.Kind;
import io.blockwork.parameters.Parameters;
import java.nio.FloatBuffer;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Two convolutions, the second of which may add the first one's input, against plain Java that sums
 * products of integers and then takes the steps in single precision that the kernels take, each
 * rounded: every bit of the result is the same.
 */
@DisplayName("Quantised convolutions are exact")
final class ByteArithmeticTest {
  private static final int BATCH = 2;

  @BeforeEach
  void requireOneDnn() {
    assumeTrue(OneDnnEngine.isAvailable(), "oneDNN cannot be loaded");
  }

  /**
   * Two convolutions of the same size.
   *
   * @param first reads the images
   * @param second reads what the first has written
   * @param size rows and columns of the images
   * @param low the smallest value of an image
   * @param relu whether the first ends in ReLU, else its output has both signs
   * @param sum whether the second adds the first one's output
   */
  private record Pair(Conv first, Conv second, int size, float low, boolean relu, boolean sum) {
    @Override
    public String toString() {
      return (first.in() + "->" + first.out() + " k" + first.kernelHeight())
          + (" g" + first.groups() + " then " + second.out() + " k" + second.kernelHeight())
          + (" @" + size + (low < 0 ? " signed" : "") + (relu ? " relu" : ""))
          + (sum ? " sum" : "");
    }
  }

  static Stream<Arguments> pairs() {
    Conv wide = Conv.conv(32, 64, 1).withBias();
    return Stream.of(
            new Pair(
                Conv.conv(3, 16, 3).padding(1).stride(2), Conv.conv(16, 8, 1), 9, -1, true, false),
            new Pair(wide, Conv.conv(64, 32, 3).padding(1), 7, 0, true, false),
            new Pair(wide, Conv.conv(64, 64, 3).padding(1), 7, -1, true, true),
            new Pair(wide, Conv.conv(64, 64, 1).withBias(), 5, -1, false, true),
            new Pair(Conv.conv(32, 64, 3).padding(1).groups(8), wide64(), 8, 0, true, false),
            new Pair(
                Conv.conv(48, 48, 3).padding(1).groups(48),
                Conv.conv(48, 24, 1),
                8,
                -1,
                false,
                false),
            new Pair(
                Conv.conv(17, 37, 3).padding(1),
                Conv.conv(37, 5, 3).dilation(2).padding(2),
                11,
                -1,
                false,
                false),
            new Pair(
                Conv.conv(16, 16, 1, 7).padding(0, 3),
                Conv.conv(16, 16, 7, 1).padding(3, 0),
                8,
                0,
                true,
                true))
        .map(Arguments::of);
  }

  private static Conv wide64() {
    return Conv.conv(64, 48, 1).withBias();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pairs")
  void equalsPlainJava(Pair pair) {
    Random random = new Random(7);
    Parameters parameters = parameters(pair, random);
    int out = pair.first().outputHeight(pair.size());
    int last = pair.second().outputHeight(out);
    float[] images = new float[BATCH * pair.first().in() * pair.size() * pair.size()];
    for (int i = 0; i < images.length; i++) {
      images[i] = pair.low() + (1 - pair.low()) * random.nextFloat();
    }
    ValueRange between = new ValueRange(pair.relu() ? 0 : -9, 11);
    Quantization quantization =
        Quantization.of(
            Map.of(
                Quantization.INPUT,
                range(new ValueRange(pair.low(), 1), pair.first().in()),
                key("first", pair.relu(), false),
                range(between, pair.first().out()),
                key("second", false, pair.sum()),
                range(new ValueRange(-99, 99), pair.second().out())));
    OneDnnEngine engine = new OneDnnEngine(EngineOptions.defaults().quantization(quantization));
    Function<InferenceBinder, ForwardPass> pass = bind -> pass(bind, pair, out, last);
    assertThat(engine.floatLayers(parameters, pass)).isEmpty();
    float[] result = new float[BATCH * pair.second().out() * last * last];
    try (BoundInference bound = engine.bindInference(parameters, BATCH, pass)) {
      bound.run(FloatBuffer.wrap(images), FloatBuffer.wrap(result));
    }

    Bytes source = Bytes.of(images, new ValueRange(pair.low(), 1));
    float[] scales = {1 / step(between), 1};
    int[] first = sums(parameters, "first", pair.first(), source, pair.size());
    float[] real = new float[first.length];
    Bytes middle = new Bytes(new int[first.length], step(between), origin(between));
    for (int i = 0; i < first.length; i++) {
      int c = i / (out * out) % pair.first().out();
      real[i] =
          result(
              parameters, "first", pair.first(), c, first[i], source, scales[0], middle.origin());
      middle.values()[i] = byteOf(real[i]);
    }
    int[] second = sums(parameters, "second", pair.second(), middle, out);
    for (int i = 0; i < second.length; i++) {
      int c = i / (last * last) % pair.second().out();
      float expected = result(parameters, "second", pair.second(), c, second[i], middle, 1, 0);
      if (pair.sum()) {
        float addend = middle.step() * (middle.values()[i] - middle.origin());
        expected = expected + addend;
      }
      assertWithMessage("value %s", i).that(result[i]).isEqualTo(expected);
    }
  }

  @ParameterizedTest(name = "oneDNN held to {0}")
  @ValueSource(strings = {"AVX2", "AVX2_VNNI", "AVX512_CORE"})
  void equalsPlainJavaWithFewerInstructions(String instructions) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            ChildJvm.command(List.of("-XX:TieredStopAtLevel=1"), ByteArithmeticTest.class));
    builder.environment().put("ONEDNN_MAX_CPU_ISA", instructions);
    String output = ChildJvm.output(builder);
    assertThat(output).contains("all exact");
    assertThat(output).contains(instructions.endsWith("VNNI") ? "8 bits" : "7 bits");
  }

  /** Runs all pairs in a process of its own. */
  public static void main(String[] args) {
    System.out.println(OneDnnEngine.weightBits() + " bits");
    ByteArithmeticTest test = new ByteArithmeticTest();
    pairs().forEach(pair -> test.equalsPlainJava((Pair) pair.get()[0]));
    System.out.println("all exact");
  }

  private static String key(String path, boolean relu, boolean sum) {
    return path + " conv " + (sum ? " sum " : " ") + (relu ? "RELU" : "NONE") + " 0.0 0.0";
  }

  private static TensorRange range(ValueRange range, int channels) {
    return new TensorRange(range, Collections.nCopies(channels, range));
  }

  private static Parameters parameters(Pair pair, Random random) {
    List<ParameterInfo> state =
        Stream.of(info("first", pair.first()), info("second", pair.second()))
            .flatMap(List::stream)
            .toList();
    Parameters parameters = new Parameters(state, DataType.FLOAT);
    for (ParameterInfo info : state) {
      float[] values = new float[(int) info.length()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian() / 8;
      }
      parameters.set(info.name(), Nd4j.createFromArray(values).reshape(info.dimensions()));
    }
    return parameters;
  }

  private static List<ParameterInfo> info(String path, Conv conv) {
    List<Integer> shape =
        List.of(conv.out(), conv.in() / conv.groups(), conv.kernelHeight(), conv.kernelWidth());
    ParameterInfo weight = new ParameterInfo(path + ".weight", Kind.CONV_WEIGHT, shape);
    return conv.bias()
        ? List.of(weight, new ParameterInfo(path + ".bias", Kind.BIAS, List.of(conv.out())))
        : List.of(weight);
  }

  private static ForwardPass pass(InferenceBinder bind, Pair pair, int out, int last) {
    int size = pair.size() * pair.size();
    bind.slots(
        (long) pair.first().in() * size,
        (long) pair.first().out() * out * out,
        (long) pair.second().out() * last * last);
    Tensor input = bind.slot(0, pair.first().in(), pair.size(), pair.size());
    Tensor middle = bind.slot(1, pair.first().out(), out, out);
    Tensor output = bind.slot(2, pair.second().out(), last, last);
    Epilogue relu = pair.relu() ? Epilogue.none().thenRelu() : Epilogue.none();
    Epilogue sum = pair.sum() ? Epilogue.none().add(middle) : Epilogue.none();
    Kernel first = bind.conv2d("first", pair.first(), input, middle, relu);
    Kernel second = bind.conv2d("second", pair.second(), middle, output, sum);
    return new ForwardPass() {
      @Override
      public Tensor input() {
        return input;
      }

      @Override
      public Tensor output() {
        return output;
      }

      @Override
      public void run() {
        first.run();
        second.run();
      }
    };
  }

  /** Unsigned bytes, and what they stand for. */
  private record Bytes(int[] values, float step, int origin) {
    static Bytes of(float[] floats, ValueRange range) {
      int[] values = new int[floats.length];
      for (int i = 0; i < values.length; i++) {
        values[i] =
            byteOf(
                floats[i] * (1 / ByteArithmeticTest.step(range))
                    + ByteArithmeticTest.origin(range));
      }
      return new Bytes(values, ByteArithmeticTest.step(range), ByteArithmeticTest.origin(range));
    }
  }

  private static float step(ValueRange range) {
    return (range.high() - range.low()) / 255;
  }

  private static int origin(ValueRange range) {
    return Math.round(-range.low() / step(range));
  }

  private static int byteOf(float value) {
    return (int) Math.rint(Math.min(255, Math.max(0, value)));
  }

  /** {@code sum * scale + bias} as the kernel rounds it. */
  private static float result(
      Parameters parameters,
      String path,
      Conv conv,
      int channel,
      int sum,
      Bytes source,
      float factor,
      float offset) {
    float weightStep = weightStep(weights(parameters, path, conv, channel));
    float scale = weightStep * 1f * source.step() * factor;
    float bias = conv.bias() ? parameters.values(path + ".bias").floats().get(channel) : 0;
    return sum * scale + (bias * factor + offset);
  }

  private static float[] weights(Parameters parameters, String path, Conv conv, int channel) {
    int row = conv.in() / conv.groups() * conv.kernelHeight() * conv.kernelWidth();
    float[] weights = new float[row];
    parameters.values(path + ".weight").floats().get(channel * row, weights);
    return weights;
  }

  private static float weightStep(float... weights) {
    float largest = 0;
    for (float weight : weights) {
      largest = Math.max(largest, Math.abs(weight));
    }
    return largest / OneDnnLibrary.largestByteWeight();
  }

  /** The convolution in integers; what lies outside stands for 0. */
  private static int[] sums(Parameters parameters, String path, Conv conv, Bytes source, int size) {
    int out = conv.outputHeight(size);
    int[] sums = new int[BATCH * conv.out() * out * out];
    int inGroup = conv.in() / conv.groups();
    int outGroup = conv.out() / conv.groups();
    int at = 0;
    for (int n = 0; n < BATCH; n++) {
      for (int c = 0; c < conv.out(); c++) {
        float[] weights = weights(parameters, path, conv, c);
        float step = weightStep(weights);
        for (int y = 0; y < out; y++) {
          for (int x = 0; x < out; x++) {
            int sum = 0;
            for (int i = 0; i < weights.length; i++) {
              int kx = i % conv.kernelWidth();
              int ky = i / conv.kernelWidth() % conv.kernelHeight();
              int k = i / conv.kernelWidth() / conv.kernelHeight() + c / outGroup * inGroup;
              int row = y * conv.strideHeight() - conv.padding().top() + ky * conv.dilationHeight();
              int column =
                  x * conv.strideWidth() - conv.padding().left() + kx * conv.dilationWidth();
              if (row >= 0 && row < size && column >= 0 && column < size) {
                int value = source.values()[((n * conv.in() + k) * size + row) * size + column];
                sum += (int) Math.rint(weights[i] / step) * (value - source.origin());
              }
            }
            sums[at++] = sum;
          }
        }
      }
    }
    return sums;
  }
}
