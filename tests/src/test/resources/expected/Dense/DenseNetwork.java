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
 * After Huang et al. 2016 (arXiv:1608.06993), section 3.
 */
@Generated("io.blockwork.processor.BlockworkProcessor")
public final class DenseNetwork extends CompiledNetwork implements Dense {
  private DenseNetwork(NetworkOptions options) {
    super(compiledArchitecture(), options);
  }

  /** {@return a new network with random weights and default options} */
  public static DenseNetwork create() {
    return create(NetworkOptions.defaults());
  }

  /**
   * {@return a new network}
   *
   * @param options seed, data type and engine
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
    var layers = Architecture.named("Dense").input(3, 8, 8);
    stem(layers, "features");
    denseblock1_denselayer1(layers, "features.denseblock1.denselayer1");
    denseblock1_denselayer2(layers, "features.denseblock1.denselayer2");
    transition1(layers, "features.transition1");
    denseblock2_denselayer1(layers, "features.denseblock2.denselayer1");
    head(layers);
    layers.output(3).heads("classifier");
    layers.slots(1_024L, 1_024L, 768L);
    return layers.build();
  }

  private static void stem(Architecture.Builder layers, String path) {
    layers.conv2d(path + ".conv0", layers.conv(3, 8, 3).padding(1), layers.he(27), 8, 8);
  }

  private static void denseblock1_denselayer1(Architecture.Builder layers, String path) {
    layers.batchNorm(path + ".norm1", 8, 8, 8);
    layers.conv2d(path + ".conv1", layers.conv(8, 16, 1), layers.he(8), 8, 8);
    layers.batchNorm(path + ".norm2", 16, 8, 8);
    layers.conv2d(path + ".conv2", layers.conv(16, 4, 3).padding(1), layers.he(144), 8, 8);
  }

  private static void denseblock1_denselayer2(Architecture.Builder layers, String path) {
    layers.batchNorm(path + ".norm1", 12, 8, 8);
    layers.conv2d(path + ".conv1", layers.conv(12, 16, 1), layers.he(12), 8, 8);
    layers.batchNorm(path + ".norm2", 16, 8, 8);
    layers.conv2d(path + ".conv2", layers.conv(16, 4, 3).padding(1), layers.he(144), 8, 8);
  }

  private static void transition1(Architecture.Builder layers, String path) {
    layers.batchNorm(path + ".norm", 16, 8, 8);
    layers.conv2d(path + ".conv", layers.conv(16, 8, 1), layers.he(16), 8, 8);
    layers.avgPool(path + ".pool", 8, 4, 4);
  }

  private static void denseblock2_denselayer1(Architecture.Builder layers, String path) {
    layers.batchNorm(path + ".norm1", 8, 4, 4);
    layers.conv2d(path + ".conv1", layers.conv(8, 16, 1), layers.he(8), 4, 4);
    layers.batchNorm(path + ".norm2", 16, 4, 4);
    layers.conv2d(path + ".conv2", layers.conv(16, 4, 3).padding(1), layers.he(144), 4, 4);
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
