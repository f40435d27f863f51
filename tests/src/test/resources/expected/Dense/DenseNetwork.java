package user;

import io.blockwork.Architecture;
import io.blockwork.NetworkOptions;
import io.blockwork.compiled.CompiledNetwork;
import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingPass;
import javax.annotation.processing.Generated;

/**
 * {@link Dense}, compiled: 3 x 8 x 8 -> 3.
 *
 * <p>Inference is {@link DenseForward}, training {@link DenseBackward}.
 *
 * <p>After Huang et al. 2016 (arXiv:1608.06993), section 3.
 */
@Generated("io.blockwork.processor.BlockworkProcessor")
public final class DenseNetwork extends CompiledNetwork implements Dense {
  private DenseNetwork(NetworkOptions options) {
    super(compiledArchitecture(), options);
  }

  /**
   * Creates the network with random weights and default options.
   *
   * @return a new network
   */
  public static DenseNetwork create() {
    return create(NetworkOptions.defaults());
  }

  /**
   * Creates the network.
   *
   * @param options seed, data type and engine
   * @return a new network
   */
  public static DenseNetwork create(NetworkOptions options) {
    return new DenseNetwork(options);
  }

  @Override
  protected ForwardPass forwardPass(InferenceBinder bind) {
    return new DenseForward(bind);
  }

  @Override
  protected TrainingPass trainingPass(TrainingBinder bind) {
    return new DenseBackward(bind);
  }

  private static Architecture compiledArchitecture() {
    var layers = Architecture.named("Dense");
    layers.input(3, 8, 8);
    stem(layers);
    denseblock1_denselayer1(layers);
    denseblock1_denselayer2(layers);
    transition1(layers);
    denseblock2_denselayer1(layers);
    head(layers);
    layers.output(3);
    layers.heads("classifier");
    layers.slots(1_024L, 1_024L, 768L);
    return layers.build();
  }

  private static void stem(Architecture.Builder layers) {
    layers.layer("features.conv0", "Conv2d", 13_824L, 8, 8, 8);
    layers.weight("features.conv0.weight", layers.normal(0.2721655269759087), 8, 3, 3, 3);
  }

  private static void denseblock1_denselayer1(Architecture.Builder layers) {
    layers.batchNorm("features.denseblock1.denselayer1.norm1", 8, 8, 8);
    layers.layer("features.denseblock1.denselayer1.conv1", "Conv2d", 8_192L, 16, 8, 8);
    layers.weight("features.denseblock1.denselayer1.conv1.weight", layers.normal(0.5), 16, 8, 1, 1);
    layers.batchNorm("features.denseblock1.denselayer1.norm2", 16, 8, 8);
    layers.layer("features.denseblock1.denselayer1.conv2", "Conv2d", 36_864L, 4, 8, 8);
    layers.weight(
        "features.denseblock1.denselayer1.conv2.weight", layers.normal(0.11785113019775792), 4, 16,
        3, 3);
  }

  private static void denseblock1_denselayer2(Architecture.Builder layers) {
    layers.batchNorm("features.denseblock1.denselayer2.norm1", 12, 8, 8);
    layers.layer("features.denseblock1.denselayer2.conv1", "Conv2d", 12_288L, 16, 8, 8);
    layers.weight(
        "features.denseblock1.denselayer2.conv1.weight", layers.normal(0.408248290463863), 16, 12,
        1, 1);
    layers.batchNorm("features.denseblock1.denselayer2.norm2", 16, 8, 8);
    layers.layer("features.denseblock1.denselayer2.conv2", "Conv2d", 36_864L, 4, 8, 8);
    layers.weight(
        "features.denseblock1.denselayer2.conv2.weight", layers.normal(0.11785113019775792), 4, 16,
        3, 3);
  }

  private static void transition1(Architecture.Builder layers) {
    layers.batchNorm("features.transition1.norm", 16, 8, 8);
    layers.layer("features.transition1.conv", "Conv2d", 8_192L, 8, 8, 8);
    layers.weight(
        "features.transition1.conv.weight", layers.normal(0.3535533905932738), 8, 16, 1, 1);
    layers.avgPool("features.transition1.pool", 8, 4, 4);
  }

  private static void denseblock2_denselayer1(Architecture.Builder layers) {
    layers.batchNorm("features.denseblock2.denselayer1.norm1", 8, 4, 4);
    layers.layer("features.denseblock2.denselayer1.conv1", "Conv2d", 2_048L, 16, 4, 4);
    layers.weight("features.denseblock2.denselayer1.conv1.weight", layers.normal(0.5), 16, 8, 1, 1);
    layers.batchNorm("features.denseblock2.denselayer1.norm2", 16, 4, 4);
    layers.layer("features.denseblock2.denselayer1.conv2", "Conv2d", 9_216L, 4, 4, 4);
    layers.weight(
        "features.denseblock2.denselayer1.conv2.weight", layers.normal(0.11785113019775792), 4, 16,
        3, 3);
  }

  private static void head(Architecture.Builder layers) {
    layers.batchNorm("features.norm5", 12, 4, 4);
    layers.globalAvgPool("avgpool", 12);
    layers.layer("classifier", "Linear", 36L, 3);
    layers.weight(
        "classifier.weight", layers.uniform(-0.2886751345948129, 0.2886751345948129), 3, 12);
    layers.bias("classifier.bias", layers.constant(0.0), 3);
  }
}
