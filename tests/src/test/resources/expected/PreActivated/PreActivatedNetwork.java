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
 * {@link PreActivated}, compiled: 3 x 8 x 8 -> 3.
 *
 * <p>Inference is {@link PreActivatedForward}, training {@link PreActivatedBackward}.
 * After He et al. 2015 (arXiv:1512.03385), section 4.2 and Figure 5; He et al. 2016
 * (arXiv:1603.05027), Figure 4e.
 */
@Generated("io.blockwork.processor.BlockworkProcessor")
public final class PreActivatedNetwork extends CompiledNetwork implements PreActivated {
  private PreActivatedNetwork(NetworkOptions options) {
    super(compiledArchitecture(), options);
  }

  /** {@return a new network with random weights and default options} */
  public static PreActivatedNetwork create() {
    return create(NetworkOptions.defaults());
  }

  /**
   * {@return a new network}
   *
   * @param options seed, data type and engine
   */
  public static PreActivatedNetwork create(NetworkOptions options) {
    return new PreActivatedNetwork(options);
  }

  @Override
  protected ForwardPass forwardPass(InferenceBinder bind) {
    return new PreActivatedForward(bind);
  }

  @Override
  protected TrainingPass trainingPass(TrainingBinder bind) {
    return new PreActivatedBackward(bind);
  }

  private static Architecture compiledArchitecture() {
    var layers = Architecture.named("PreActivated").input(3, 8, 8);
    stem(layers);
    layer1_0(layers, "layer1.0");
    layer2_0(layers, "layer2.0");
    head(layers);
    layers.output(3).heads("fc");
    layers.slots(256L, 256L, 256L);
    return layers.build();
  }

  private static void stem(Architecture.Builder layers) {
    layers.conv2d("conv1", layers.conv(3, 4, 3).padding(1), 8, 8);
  }

  private static void layer1_0(Architecture.Builder layers, String path) {
    layers.conv2d(path + ".conv1", layers.conv(4, 4, 3).padding(1), 8, 8);
    layers.batchNorm(path + ".bn1", 4, 8, 8);
    layers.conv2d(path + ".conv2", layers.conv(4, 4, 3).padding(1), 8, 8);
    layers.batchNorm(path + ".bn2", 4, 8, 8);
  }

  private static void layer2_0(Architecture.Builder layers, String path) {
    layers.conv2d(path + ".conv1", layers.conv(4, 8, 3).stride(2).padding(1), 4, 4);
    layers.batchNorm(path + ".bn1", 4, 8, 8);
    layers.conv2d(path + ".conv2", layers.conv(8, 8, 3).padding(1), 4, 4);
    layers.batchNorm(path + ".bn2", 8, 4, 4);
  }

  private static void head(Architecture.Builder layers) {
    layers.batchNorm("bn2", 8, 4, 4);
    layers.globalAvgPool("avgpool", 8);
    layers.linear("fc", 8, 3);
  }
}
