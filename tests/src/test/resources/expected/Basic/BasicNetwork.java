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
 * {@link Basic}, compiled: 3 x 8 x 8 -> 3.
 *
 * <p>Inference is {@link BasicForward}, training {@link BasicBackward}.
 * After He et al. 2015 (arXiv:1512.03385), section 4.2 and Figure 5.
 */
@Generated("io.blockwork.processor.BlockworkProcessor")
public final class BasicNetwork extends CompiledNetwork implements Basic {
  private BasicNetwork(NetworkOptions options) {
    super(compiledArchitecture(), options);
  }

  /** {@return a new network with random weights and default options} */
  public static BasicNetwork create() {
    return create(NetworkOptions.defaults());
  }

  /**
   * {@return a new network}
   *
   * @param options seed, data type and engine
   */
  public static BasicNetwork create(NetworkOptions options) {
    return new BasicNetwork(options);
  }

  @Override
  protected ForwardPass forwardPass(InferenceBinder bind) {
    return new BasicForward(bind);
  }

  @Override
  protected TrainingPass trainingPass(TrainingBinder bind) {
    return new BasicBackward(bind);
  }

  private static Architecture compiledArchitecture() {
    var layers = Architecture.named("Basic").input(3, 8, 8);
    stem(layers);
    layer1_0(layers, "layer1.0");
    layer1_0(layers, "layer1.1");
    layer2_0(layers, "layer2.0");
    head(layers);
    layers.output(3).heads("fc");
    layers.slots(256L, 256L, 128L);
    return layers.build();
  }

  private static void stem(Architecture.Builder layers) {
    layers.conv2d("conv1", layers.conv(3, 4, 3).padding(1), 8, 8);
    layers.batchNorm("bn1", 4, 8, 8);
  }

  private static void layer1_0(Architecture.Builder layers, String path) {
    layers.conv2d(path + ".conv1", layers.conv(4, 4, 3).padding(1), 8, 8);
    layers.batchNorm(path + ".bn1", 4, 8, 8);
    layers.conv2d(path + ".conv2", layers.conv(4, 4, 3).padding(1), 8, 8);
    layers.batchNorm(path + ".bn2", 4, 8, 8);
  }

  private static void layer2_0(Architecture.Builder layers, String path) {
    layers.conv2d(path + ".conv1", layers.conv(4, 8, 3).stride(2).padding(1), 4, 4);
    layers.batchNorm(path + ".bn1", 8, 4, 4);
    layers.conv2d(path + ".conv2", layers.conv(8, 8, 3).padding(1), 4, 4);
    layers.batchNorm(path + ".bn2", 8, 4, 4);
    layers.conv2d(path + ".downsample.0", layers.conv(4, 8, 1).stride(2), 4, 4);
    layers.batchNorm(path + ".downsample.1", 8, 4, 4);
  }

  private static void head(Architecture.Builder layers) {
    layers.globalAvgPool("avgpool", 8);
    layers.linear("fc", 8, 3);
  }
}
