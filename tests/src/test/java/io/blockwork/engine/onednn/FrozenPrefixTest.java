package io.blockwork.engine.onednn;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.DenseNet;
import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.Network;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.ResNet;
import io.blockwork.Stem;
import io.blockwork.engine.BoundTraining;
import io.blockwork.engine.Engine;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.ForwardingEngine;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingPass;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.engine.nd4j.Nd4jEngine;
import io.blockwork.loss.Loss;
import io.blockwork.memory.NativeBlock;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.Parameters;
import io.blockwork.train.Lars;
import io.blockwork.train.Momentum;
import io.blockwork.train.Optimizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;

/** What is frozen at the beginning of a network runs as inference when the rest is trained. */
class FrozenPrefixTest {
  @ResNet(
      blocks = {1, 1},
      width = 16,
      stem = Stem.CIFAR,
      input = @Input(height = 12, width = 12),
      classes = 10)
  interface Residual extends ImageClassifier {}

  @DenseNet(
      growth = 16,
      blocks = {2, 3},
      stem = Stem.CIFAR,
      input = @Input(height = 12, width = 12),
      classes = 10)
  interface Dense extends ImageClassifier {}

  @DenseNet(
      growth = 16,
      blocks = {2, 3},
      memoryEfficient = true,
      stem = Stem.CIFAR,
      input = @Input(height = 12, width = 12),
      classes = 10)
  interface EfficientDense extends ImageClassifier {}

  @BeforeAll
  static void library() {
    assumeTrue(OneDnnEngine.isAvailable(), () -> OneDnnEngine.unavailable().orElse(""));
  }

  private static INDArray images(int n) {
    Random random = new Random(3);
    INDArray images = Nd4j.create(DataType.FLOAT, n, 3, 12, 12);
    for (long i = 0; i < images.length(); i++) {
      images.putScalar(i, (float) random.nextGaussian());
    }
    return images;
  }

  private static <N extends Network> N network(Class<N> type, Engine engine) {
    return Networks.create(type, NetworkOptions.defaults().engine(engine));
  }

  private static double distance(INDArray actual, INDArray expected) {
    double scale = expected.norm2Number().doubleValue();
    return actual.sub(expected).norm2Number().doubleValue() / Math.max(scale, 1e-12);
  }

  /** An engine that remembers what it was asked to train. */
  private static final class Recording extends ForwardingEngine {
    private Optional<TrainingSettings> settings = Optional.empty();
    private Optional<Function<TrainingBinder, TrainingPass>> network = Optional.empty();

    Recording() {
      super(new OneDnnEngine());
    }

    @Override
    public BoundTraining bindTraining(
        Parameters parameters,
        Gradients gradients,
        int batch,
        TrainingSettings settings,
        Function<TrainingBinder, TrainingPass> network) {
      this.settings = Optional.of(settings);
      this.network = Optional.of(network);
      return super.bindTraining(parameters, gradients, batch, settings, network);
    }

    Optional<FrozenPrefix> prefix() {
      return FrozenPrefix.of(settings.orElseThrow(), network.orElseThrow());
    }
  }

  private static Optional<FrozenPrefix> prefix(
      Class<? extends ImageClassifier> type, String... frozen) {
    Recording engine = new Recording();
    try (ImageClassifier network = network(type, engine)) {
      network.freeze(frozen);
      network.train(images(2), Loss.softmaxCrossEntropy(1, 2));
      return engine.prefix();
    }
  }

  private static List<String> kinds(FrozenPrefix prefix) {
    return prefix.layers().stream().map(layer -> layer.getClass().getSimpleName()).toList();
  }

  @Test
  void convolutionsTakeInTheNormsActivationsAndSumsBehindThem() {
    FrozenPrefix prefix = prefix(Residual.class, "conv1", "bn1", "layer1", "layer2").orElseThrow();
    List<String> kinds = kinds(prefix);
    // The stem, two blocks of two and a shortcut; then the mean of each channel, and flattening.
    assertThat(kinds.subList(0, 6))
        .containsExactly(
            "Convolution",
            "Convolution",
            "Convolution",
            "Convolution",
            "Convolution",
            "Convolution");
    assertThat(kinds.subList(6, kinds.size())).doesNotContain("Normalization");
    assertThat(prefix.layers().stream().filter(l -> l.reads().size() == 2).count()).isEqualTo(2);
    assertThat(prefix.output().elements()).isEqualTo(32);
  }

  @Test
  void memoryIsUsedAgainAndSumsAreMadeInPlace() {
    FrozenPrefix prefix = prefix(Residual.class, "conv1", "bn1", "layer1", "layer2").orElseThrow();
    FrozenMemory memory = new FrozenMemory(prefix.layers(), prefix.input(), prefix.output());
    assertThat(memory.sizes().length).isAtMost(4);
    for (FrozenLayer layer : prefix.layers()) {
      if (layer instanceof FrozenLayer.Convolution convolution) {
        int target = memory.slot(convolution.write());
        assertThat(target).isNotEqualTo(memory.slot(convolution.src()));
        convolution.residual().ifPresent(r -> assertThat(target).isEqualTo(memory.slot(r)));
      }
    }
  }

  @Test
  void thePrefixEndsWhereOneTensorIsHandedOn() {
    FrozenPrefix stem = prefix(Residual.class, "conv1", "bn1").orElseThrow();
    FrozenPrefix half =
        prefix(Residual.class, "conv1", "bn1", "layer1.0.conv1", "layer1.0.bn1").orElseThrow();
    assertThat(half.output().toString()).isEqualTo(stem.output().toString());
    assertThat(half.length()).isEqualTo(stem.length());
    FrozenPrefix block = prefix(Residual.class, "conv1", "bn1", "layer1").orElseThrow();
    assertThat(block.length()).isGreaterThan(stem.length());
  }

  @Test
  void nothingIsSplitOffWithoutAConvolutionOrWithoutAnythingToTrain() {
    assertThat(prefix(Residual.class, "layer2")).isEmpty();
    assertThat(prefix(Residual.class, "bn1")).isEmpty();
    assertThat(prefix(Residual.class, "conv1", "bn1", "layer1", "layer2", "fc")).isEmpty();
  }

  private record Freeze(Class<? extends ImageClassifier> type, String... modules) {}

  private static final List<Freeze> FREEZES =
      List.of(
          new Freeze(Residual.class, "conv1", "bn1"),
          new Freeze(Residual.class, "conv1", "bn1", "layer1", "layer2.0.conv1"),
          new Freeze(Residual.class, "conv1", "bn1", "layer1", "layer2"),
          new Freeze(Dense.class, "features.conv0"),
          new Freeze(Dense.class, "features.conv0", "features.denseblock1.denselayer1"),
          new Freeze(Dense.class, "features.conv0", "features.denseblock1"),
          new Freeze(Dense.class, "features"),
          new Freeze(EfficientDense.class, "features.conv0", "features.denseblock1.denselayer1"),
          new Freeze(EfficientDense.class, "features.conv0", "features.denseblock1"),
          new Freeze(EfficientDense.class, "features"));

  @Test
  void trainsTheRestAsThePlainEngineDoes() {
    INDArray images = images(5);
    Loss loss = Loss.softmaxCrossEntropy(1, 2, 3, 4, 5);
    OneDnnEngine engine = new OneDnnEngine();
    List<OneDnnEngine> variants =
        List.of(
            engine,
            engine.layout(Layout.CHANNELS_LAST),
            engine.microBatch(2, false),
            new OneDnnEngine(EngineOptions.defaults().threads(3)).microBatch(2, true),
            new OneDnnEngine(EngineOptions.defaults().threads(1)));
    for (Freeze freeze : FREEZES) {
      try (Network plain = network(freeze.type(), new Nd4jEngine())) {
        List<INDArray> expected = steps(plain, freeze, images, loss);
        for (OneDnnEngine variant : variants) {
          try (Network fast = network(freeze.type(), variant)) {
            List<INDArray> actual = steps(fast, freeze, images, loss);
            for (int i = 0; i < expected.size(); i++) {
              assertWithMessage("%s on %s, %s", freeze, variant, i)
                  .that(distance(actual.get(i), expected.get(i)))
                  .isAtMost(1e-3);
            }
          }
        }
      }
    }
  }

  /** Outputs of some steps, between which a frozen layer changes. */
  private static List<INDArray> steps(Network network, Freeze freeze, INDArray images, Loss loss) {
    List<INDArray> seen = new ArrayList<>();
    network.freeze(freeze.modules());
    Optimizer optimizer = Optimizer.of(network, new Nesterovs(0.05, 0.9));
    for (int step = 0; step < 3; step++) {
      seen.add(network.train(images, loss).output().dup());
      optimizer.step();
      String first = network.parameters().names().get(0);
      network.parameters().set(first, network.parameters().get(first).mul(1.1));
    }
    return seen;
  }

  @Test
  void stepsLeaveFrozenLayersAloneAndKnowIt() {
    for (IUpdater updater : List.of(new Momentum(0.05, 0.9), new Adam(0.05), new Lars(0.05, 0.9))) {
      try (ImageClassifier network = network(Residual.class, new OneDnnEngine())) {
        network.freeze("conv1", "bn1", "layer1");
        Parameters parameters = network.parameters();
        INDArray before = parameters.get("layer1.0.conv1.weight");
        long frozen = parameters.version("layer1.0.conv1");
        long trained = parameters.version("layer2.0.conv1");
        long moving = parameters.version("layer2.0.bn1");
        network.train(images(2), Loss.softmaxCrossEntropy(1, 2));
        assertThat(parameters.version("layer2.0.conv1")).isEqualTo(trained);
        assertThat(parameters.version("layer2.0.bn1")).isGreaterThan(moving);
        Optimizer.of(network, updater).weightDecay(0.1).step();
        assertThat(parameters.version("layer2.0.conv1")).isGreaterThan(trained);
        assertThat(parameters.version("layer1.0.conv1")).isEqualTo(frozen);
        assertThat(parameters.get("layer1.0.conv1.weight")).isEqualTo(before);
      }
    }
  }

  @Test
  void itsValuesAreNotKept() {
    assertThat(bytes("conv1", "bn1", "layer1", "layer2")).isLessThan(bytes() / 2);
  }

  /** What a bound training step of many images holds. */
  private static long bytes(String... frozen) {
    long before = NativeBlock.livingBytes();
    OneDnnEngine engine = new OneDnnEngine(EngineOptions.defaults().threads(1));
    try (ImageClassifier network = network(Residual.class, engine)) {
      network.freeze(frozen);
      int[] labels = new int[256];
      network.train(images(labels.length), Loss.softmaxCrossEntropy(labels));
      return NativeBlock.livingBytes() - before;
    }
  }

  @Test
  void theProfileShowsItsKernelsToo() {
    Recording engine = new Recording();
    try (ImageClassifier network = network(Residual.class, engine)) {
      network.freeze("conv1", "bn1", "layer1", "layer2");
      network.train(images(2), Loss.softmaxCrossEntropy(1, 2));
      List<KernelProfile> kernels =
          new OneDnnEngine()
              .profileTraining(
                  network.parameters(),
                  network.gradients(),
                  engine.settings.orElseThrow(),
                  images(2),
                  1,
                  engine.network.orElseThrow());
      List<String> paths = kernels.stream().map(KernelProfile::path).distinct().toList();
      assertThat(paths).containsAtLeast("conv1", "layer2.0.conv2", "fc");
      assertThat(kernels.stream().map(KernelProfile::kind).filter(k -> k.startsWith("batch norm")))
          .isEmpty();
      assertThat(Objects.requireNonNull(kernels.get(0)).path()).isEqualTo("conv1");
    }
  }
}
