package io.blockwork.engine.onednn;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.engine.Activation;
import io.blockwork.engine.BoundInference;
import io.blockwork.engine.Conv;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.Epilogue;
import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.Kernel;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.Window;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.ParameterInfo.Kind;
import io.blockwork.parameters.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Every kernel of inference, one by one, in both layouts, against {@link Written} sums. */
class OneDnnKernelsTest {
  private final Random random = new Random(7);

  @BeforeAll
  static void library() {
    assumeTrue(OneDnnEngine.isAvailable(), () -> OneDnnEngine.unavailable().orElse(""));
  }

  interface Build {
    List<Kernel> kernels(InferenceBinder bind, Tensor src, Tensor dst);
  }

  private record OnePass(Tensor input, Tensor output, List<Kernel> kernels) implements ForwardPass {
    @Override
    public void run() {
      kernels.forEach(Kernel::run);
    }
  }

  private INDArray random(long... shape) {
    INDArray array = Nd4j.create(DataType.FLOAT, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, (float) random.nextGaussian());
    }
    return array;
  }

  private Parameters parameters(ParameterInfo... infos) {
    Parameters parameters = new Parameters(List.of(infos), DataType.FLOAT);
    for (ParameterInfo info : infos) {
      INDArray values = random(info.dimensions());
      parameters.set(
          info.name(),
          info.kind() == Kind.RUNNING_VAR
              ? org.nd4j.linalg.ops.transforms.Transforms.abs(values).addi(0.5)
              : values);
    }
    return parameters;
  }

  private static ParameterInfo info(String name, Kind kind, Integer... shape) {
    return new ParameterInfo(name, kind, List.of(shape));
  }

  private static ParameterInfo[] norm(String path, int channels) {
    return new ParameterInfo[] {
      info(path + ".weight", Kind.NORM_WEIGHT, channels),
      info(path + ".bias", Kind.NORM_BIAS, channels),
      info(path + ".running_mean", Kind.RUNNING_MEAN, channels),
      info(path + ".running_var", Kind.RUNNING_VAR, channels)
    };
  }

  private static INDArray run(
      OneDnnEngine engine, Parameters parameters, INDArray images, long[] out, Build build) {
    int n = (int) images.size(0);
    int[] in = {(int) images.size(1), (int) images.size(2), (int) images.size(3)};
    INDArray output = Nd4j.create(DataType.FLOAT, n, out[0], out[1], out[2]);
    try (BoundInference bound =
        engine.bindInference(
            parameters,
            n,
            bind -> {
              bind.slots((long) in[0] * in[1] * in[2], out[0] * out[1] * out[2], 1 << 16, 1 << 16);
              Tensor src = bind.slot(0, in[0], in[1], in[2]);
              Tensor dst = bind.slot(1, (int) out[0], (int) out[1], (int) out[2]);
              return new OnePass(src, dst, build.kernels(bind, src, dst));
            })) {
      bound.run(images, output);
      bound.run(images, output);
    }
    return output;
  }

  private static void assertClose(INDArray actual, INDArray expected, double tolerance) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    double largest = expected.amaxNumber().doubleValue();
    double error =
        actual
            .castTo(DataType.DOUBLE)
            .sub(expected.castTo(DataType.DOUBLE))
            .amaxNumber()
            .doubleValue();
    assertThat(error).isAtMost(tolerance * Math.max(1, largest));
  }

  private static List<OneDnnEngine> engines(Layout layout) {
    OneDnnEngine engine = new OneDnnEngine().layout(layout);
    OneDnnEngine oneThread = new OneDnnEngine(EngineOptions.defaults().threads(1)).layout(layout);
    return List.of(engine, engine.microBatch(1, true), oneThread.microBatch(2, false));
  }

  @ParameterizedTest
  @EnumSource(Layout.class)
  void convolvesWithNormResidualAndRelu(Layout layout) {
    List<Conv> convs = new ArrayList<>();
    for (int[] c : new int[][] {{3, 64}, {3, 20}, {64, 32}, {24, 36}, {5, 7}}) {
      convs.add(Conv.conv(c[0], c[1], 7).stride(2).padding(3));
      convs.add(Conv.conv(c[0], c[1], 3).padding(1));
      convs.add(Conv.conv(c[0], c[1], 3).padding(2).dilation(2));
      convs.add(Conv.conv(c[0], c[1], 1).stride(2));
    }
    convs.add(Conv.conv(64, 64, 3).padding(1).groups(16));
    convs.add(Conv.conv(64, 64, 3).padding(1).groups(64).stride(2));
    convs.add(Conv.conv(12, 24, 3).padding(1).groups(3));
    for (Conv conv : convs) {
      INDArray images = random(3, conv.in(), 9, 11);
      List<ParameterInfo> infos = new ArrayList<>(List.of(norm("n", conv.out())));
      long[] shape = conv.weightShape();
      infos.add(
          info(
              "c.weight",
              Kind.CONV_WEIGHT,
              (int) shape[0],
              (int) shape[1],
              (int) shape[2],
              (int) shape[3]));
      Parameters p = parameters(infos.toArray(ParameterInfo[]::new));
      INDArray plain = Written.conv(images, p.get("c.weight"), conv);
      INDArray normed =
          Written.batchNorm(
              plain,
              p.get("n.weight"),
              p.get("n.bias"),
              p.get("n.running_mean"),
              p.get("n.running_var"));
      long[] out = {conv.out(), conv.outputHeight(9), conv.outputWidth(11)};
      for (OneDnnEngine engine : engines(layout)) {
        assertClose(
            run(
                engine,
                p,
                images,
                out,
                (b, s, d) -> List.of(b.conv2d("c", conv, s, d, Epilogue.none()))),
            plain,
            1e-5);
        assertClose(
            run(
                engine,
                p,
                images,
                out,
                (b, s, d) ->
                    List.of(
                        b.conv2d("c", conv, s, d, Epilogue.none()),
                        b.conv2d("c", conv, s, d, Epilogue.norm("n").add(d).thenRelu()))),
            Written.relu(plain.add(normed)),
            1e-5);
        Tensor[] other = new Tensor[1];
        assertClose(
            run(
                engine,
                p,
                images,
                out,
                (b, s, d) -> {
                  other[0] = b.slot(2, (int) out[0], (int) out[1], (int) out[2]);
                  return List.of(
                      b.conv2d("c", conv, s, other[0], Epilogue.norm("n")),
                      b.conv2d("c", conv, s, d, Epilogue.none().add(other[0])));
                }),
            plain.add(normed),
            1e-5);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Layout.class)
  void pools(Layout layout) {
    for (int channels : new int[] {16, 48, 6}) {
      INDArray images = random(3, channels, 9, 12);
      Parameters none = parameters(info("x", Kind.NORM_WEIGHT, 1));
      for (OneDnnEngine engine : engines(layout)) {
        Window window = Window.window(3).stride(2).padding(1);
        INDArray max = Written.maxPool(images, window);
        long[] out = {channels, max.size(2), max.size(3)};
        assertClose(
            run(engine, none, images, out, (b, s, d) -> List.of(b.maxPool("p", window, s, d))),
            max,
            0);
        INDArray average = Written.avgPool(images, Window.window(2));
        long[] half = {channels, average.size(2), average.size(3)};
        assertClose(
            run(
                engine,
                none,
                images,
                half,
                (b, s, d) -> List.of(b.avgPool("p", Window.window(2), s, d))),
            average,
            1e-6);
        assertClose(
            run(
                engine,
                none,
                images,
                new long[] {channels, 1, 1},
                (b, s, d) -> List.of(b.globalAvgPool("p", s, d))),
            images.mean(true, 2, 3),
            1e-6);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Layout.class)
  void normalisesSlicesAndWholes(Layout layout) {
    for (int channels : new int[] {16, 48, 6}) {
      INDArray images = random(3, channels, 5, 7);
      Parameters p = parameters(norm("n", channels));
      INDArray expected =
          Written.relu(
              Written.batchNorm(
                  images,
                  p.get("n.weight"),
                  p.get("n.bias"),
                  p.get("n.running_mean"),
                  p.get("n.running_var")));
      long[] out = {channels, 5, 7};
      for (OneDnnEngine engine : engines(layout)) {
        assertClose(
            run(engine, p, images, out, (b, s, d) -> List.of(b.batchNormRelu("n", s, d))),
            expected,
            1e-5);
        assertClose(
            run(
                engine,
                p,
                images,
                out,
                (b, s, d) -> {
                  Tensor wide = b.slot(2, channels * 2, 5, 7);
                  Tensor part = wide.slice(channels, channels * 2);
                  return List.of(
                      b.maxPool("m", Window.window(1), s, wide.slice(0, channels)),
                      b.maxPool("m", Window.window(1), s, part),
                      b.batchNormRelu("n", part, part),
                      b.maxPool("m", Window.window(1), part, d));
                }),
            expected,
            1e-5);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Layout.class)
  void writesConvolutionsIntoSlices(Layout layout) {
    for (int growth : new int[] {16, 12}) {
      Conv conv = Conv.conv(32, growth, 3).padding(1);
      INDArray images = random(3, 32, 6, 5);
      Parameters p = parameters(info("c.weight", Kind.CONV_WEIGHT, growth, 32, 3, 3));
      INDArray grown = Written.conv(images, p.get("c.weight"), conv);
      INDArray expected = Nd4j.concat(1, grown, grown.mul(2));
      long[] out = {2L * growth, 6, 5};
      for (OneDnnEngine engine : engines(layout)) {
        assertClose(
            run(
                engine,
                p,
                images,
                out,
                (b, s, d) -> {
                  Tensor second = d.slice(growth, 2 * growth);
                  return List.of(
                      b.conv2d("c", conv, s, d.slice(0, growth), Epilogue.none()),
                      b.conv2d("c", conv, s, second, Epilogue.none()),
                      b.conv2d("c", conv, s, second, Epilogue.none().add(second)));
                }),
            expected,
            1e-5);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Layout.class)
  void addsScalesAndShortcuts(Layout layout) {
    for (int channels : new int[] {16, 6}) {
      INDArray images = random(3, channels, 5, 7);
      Parameters p =
          parameters(
              info("l.weight", Kind.LINEAR_WEIGHT, channels, channels),
              info("l.bias", Kind.LINEAR_BIAS, channels));
      long[] out = {channels, 5, 7};
      INDArray means = images.mean(true, 2, 3).castTo(DataType.DOUBLE);
      INDArray weight = p.get("l.weight");
      INDArray bias = p.get("l.bias");
      INDArray gate =
          Written.array(
              3,
              channels,
              1,
              1,
              (n, c, y, x) -> {
                double sum = bias.getDouble(c);
                for (int i = 0; i < channels; i++) {
                  sum += means.getDouble(n, i, 0, 0) * weight.getDouble(c, i);
                }
                return 1 / (1 + Math.exp(-sum));
              });
      INDArray scaled =
          Written.array(
              3,
              channels,
              5,
              7,
              (n, c, y, x) -> images.getDouble(n, c, y, x) * gate.getDouble(n, c, 0, 0));
      int padded = channels + 10;
      int before = 5;
      INDArray shortcut =
          Written.array(
              3,
              padded,
              3,
              4,
              (n, c, y, x) ->
                  c < before || c >= before + channels
                      ? 0
                      : images.getDouble(n, c - before, 2 * y, 2 * x));
      for (OneDnnEngine engine : engines(layout)) {
        assertClose(
            run(engine, p, images, out, (b, s, d) -> List.of(b.addRelu("a", s, s, d))),
            Written.relu(images.mul(2)),
            1e-6);
        assertClose(
            run(
                engine,
                p,
                images,
                out,
                (b, s, d) -> {
                  Tensor pooled = b.slot(2, channels, 1, 1);
                  Tensor factors = b.slot(3, channels, 1, 1);
                  return List.of(
                      b.globalAvgPool("g", s, pooled),
                      b.linear("l", Activation.SIGMOID, pooled, factors),
                      b.scale("s", s, factors, d));
                }),
            scaled,
            1e-5);
        assertClose(
            run(
                engine,
                p,
                images,
                new long[] {padded, 3, 4},
                (b, s, d) -> List.of(b.padShortcut("d", 2, s, d))),
            shortcut,
            0);
      }
    }
  }

  @Test
  void seesChangedParameters() {
    Conv conv = Conv.conv(16, 16, 1);
    INDArray images = random(1, 16, 3, 3);
    Parameters p = parameters(info("c.weight", Kind.CONV_WEIGHT, 16, 16, 1, 1));
    INDArray output = Nd4j.create(DataType.FLOAT, 1, 16, 3, 3);
    try (BoundInference bound =
        new OneDnnEngine()
            .bindInference(
                p,
                1,
                b -> {
                  b.slots(144, 144);
                  Tensor src = b.slot(0, 16, 3, 3);
                  Tensor dst = b.slot(1, 16, 3, 3);
                  return new OnePass(
                      src, dst, List.of(b.conv2d("c", conv, src, dst, Epilogue.none())));
                })) {
      bound.run(images, output);
      p.set("c.weight", p.get("c.weight").mul(-3));
      bound.run(images, output);
    }
    assertClose(output, Written.conv(images, p.get("c.weight"), conv), 1e-5);
  }
}
