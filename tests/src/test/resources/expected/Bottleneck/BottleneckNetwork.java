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
 * {@link Bottleneck}, compiled: 3 x 64 x 48 -> 3.
 *
 * <p>Inference is {@link BottleneckForward}, training {@link BottleneckBackward}.
 * After He et al. 2015 (arXiv:1512.03385), Table 1 and Figure 5; Hu et al. 2017
 * (arXiv:1709.01507), Figure 3.
 */
@Generated("io.blockwork.processor.BlockworkProcessor")
public final class BottleneckNetwork extends CompiledNetwork implements Bottleneck {
  private BottleneckNetwork(NetworkOptions options) {
    super(compiledArchitecture(), options);
  }

  /** {@return a new network with random weights and default options} */
  public static BottleneckNetwork create() {
    return create(NetworkOptions.defaults());
  }

  /**
   * {@return a new network}
   *
   * @param options seed, data type and engine
   */
  public static BottleneckNetwork create(NetworkOptions options) {
    return new BottleneckNetwork(options);
  }

  @Override
  protected ForwardPass forwardPass(InferenceBinder bind) {
    return new BottleneckForward(bind);
  }

  @Override
  protected TrainingPass trainingPass(TrainingBinder bind) {
    return new BottleneckBackward(bind);
  }

  private static Architecture compiledArchitecture() {
    var layers = Architecture.named("Bottleneck").input(3, 64, 48);
    stem(layers);
    layer1_0(layers, "layer1.0");
    layer2_0(layers, "layer2.0");
    layer2_1(layers, "layer2.1");
    head(layers);
    layers.output(3).heads("fc");
    layers.slots(9_216L, 3_072L, 768L, 16L);
    return layers.build();
  }

  private static void stem(Architecture.Builder layers) {
    layers.conv2d("conv1", layers.conv(3, 4, 7).stride(2).padding(3), 32, 24);
    layers.batchNorm("bn1", 4, 32, 24);
    layers.maxPool("maxpool", 4, 16, 12);
  }

  private static void layer1_0(Architecture.Builder layers, String path) {
    layers.conv2d(path + ".conv1", layers.conv(4, 4, 1), 16, 12);
    layers.batchNorm(path + ".bn1", 4, 16, 12);
    layers.conv2d(path + ".conv2", layers.conv(4, 4, 3).padding(1), 16, 12);
    layers.batchNorm(path + ".bn2", 4, 16, 12);
    layers.conv2d(path + ".conv3", layers.conv(4, 16, 1), 16, 12);
    layers.batchNorm(path + ".bn3", 16, 16, 12);
    layers.linear(path + ".se.fc1", 16, 8);
    layers.linear(path + ".se.fc2", 8, 16);
    layers.conv2d(path + ".downsample.0", layers.conv(4, 16, 1), 16, 12);
    layers.batchNorm(path + ".downsample.1", 16, 16, 12);
  }

  private static void layer2_0(Architecture.Builder layers, String path) {
    layers.conv2d(path + ".conv1", layers.conv(16, 8, 1), 16, 12);
    layers.batchNorm(path + ".bn1", 8, 16, 12);
    layers.conv2d(path + ".conv2", layers.conv(8, 8, 3).stride(2).padding(1), 8, 6);
    layers.batchNorm(path + ".bn2", 8, 8, 6);
    layers.conv2d(path + ".conv3", layers.conv(8, 32, 1), 8, 6);
    layers.batchNorm(path + ".bn3", 32, 8, 6);
    layers.linear(path + ".se.fc1", 32, 16);
    layers.linear(path + ".se.fc2", 16, 32);
    layers.conv2d(path + ".downsample.0", layers.conv(16, 32, 1).stride(2), 8, 6);
    layers.batchNorm(path + ".downsample.1", 32, 8, 6);
  }

  private static void layer2_1(Architecture.Builder layers, String path) {
    layers.conv2d(path + ".conv1", layers.conv(32, 8, 1), 8, 6);
    layers.batchNorm(path + ".bn1", 8, 8, 6);
    layers.conv2d(path + ".conv2", layers.conv(8, 8, 3).padding(1), 8, 6);
    layers.batchNorm(path + ".bn2", 8, 8, 6);
    layers.conv2d(path + ".conv3", layers.conv(8, 32, 1), 8, 6);
    layers.batchNorm(path + ".bn3", 32, 8, 6);
    layers.linear(path + ".se.fc1", 32, 16);
    layers.linear(path + ".se.fc2", 16, 32);
  }

  private static void head(Architecture.Builder layers) {
    layers.globalAvgPool("avgpool", 32);
    layers.linear("fc", 32, 3);
  }
}
