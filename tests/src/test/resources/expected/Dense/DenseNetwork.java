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
    layers.conv2d("features.conv0", layers.conv(3, 8, 3).padding(1), 8, 8);
  }

  private static void denseblock1_denselayer1(Architecture.Builder layers) {
    layers.batchNorm("features.denseblock1.denselayer1.norm1", 8, 8, 8);
    layers.conv2d("features.denseblock1.denselayer1.conv1", layers.conv(8, 16, 1), 8, 8);
    layers.batchNorm("features.denseblock1.denselayer1.norm2", 16, 8, 8);
    layers.conv2d("features.denseblock1.denselayer1.conv2", layers.conv(16, 4, 3).padding(1), 8, 8);
  }

  private static void denseblock1_denselayer2(Architecture.Builder layers) {
    layers.batchNorm("features.denseblock1.denselayer2.norm1", 12, 8, 8);
    layers.conv2d("features.denseblock1.denselayer2.conv1", layers.conv(12, 16, 1), 8, 8);
    layers.batchNorm("features.denseblock1.denselayer2.norm2", 16, 8, 8);
    layers.conv2d("features.denseblock1.denselayer2.conv2", layers.conv(16, 4, 3).padding(1), 8, 8);
  }

  private static void transition1(Architecture.Builder layers) {
    layers.batchNorm("features.transition1.norm", 16, 8, 8);
    layers.conv2d("features.transition1.conv", layers.conv(16, 8, 1), 8, 8);
    layers.avgPool("features.transition1.pool", 8, 4, 4);
  }

  private static void denseblock2_denselayer1(Architecture.Builder layers) {
    layers.batchNorm("features.denseblock2.denselayer1.norm1", 8, 4, 4);
    layers.conv2d("features.denseblock2.denselayer1.conv1", layers.conv(8, 16, 1), 4, 4);
    layers.batchNorm("features.denseblock2.denselayer1.norm2", 16, 4, 4);
    layers.conv2d("features.denseblock2.denselayer1.conv2", layers.conv(16, 4, 3).padding(1), 4, 4);
  }

  private static void head(Architecture.Builder layers) {
    layers.batchNorm("features.norm5", 12, 4, 4);
    layers.globalAvgPool("avgpool", 12);
    layers.linear("classifier", 12, 3);
  }
}
