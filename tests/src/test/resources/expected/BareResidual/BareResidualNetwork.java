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
 * {@link BareResidual}, compiled: 4 x 8 x 8 -> 8 x 4 x 4.
 *
 * <p>Inference is {@link BareResidualForward}, training {@link BareResidualBackward}.
 * After He et al. 2015 (arXiv:1512.03385), Figure 5.
 */
@Generated("io.blockwork.processor.BlockworkProcessor")
public final class BareResidualNetwork extends CompiledNetwork implements BareResidual {
  private BareResidualNetwork(NetworkOptions options) {
    super(compiledArchitecture(), options);
  }

  /** {@return a new network with random weights and default options} */
  public static BareResidualNetwork create() {
    return create(NetworkOptions.defaults());
  }

  /**
   * {@return a new network}
   *
   * @param options seed, data type and engine
   */
  public static BareResidualNetwork create(NetworkOptions options) {
    return new BareResidualNetwork(options);
  }

  @Override
  protected ForwardPass forwardPass(InferenceBinder bind) {
    return new BareResidualForward(bind);
  }

  @Override
  protected TrainingPass trainingPass(TrainingBinder bind) {
    return new BareResidualBackward(bind);
  }

  private static Architecture compiledArchitecture() {
    var layers = Architecture.named("BareResidual").input(4, 8, 8);
    block(layers);
    layers.output(8, 4, 4);
    layers.slots(256L, 128L, 128L);
    return layers.build();
  }

  private static void block(Architecture.Builder layers) {
    layers.conv2d("conv1", layers.conv(4, 8, 3).stride(2).padding(1), 4, 4);
    layers.batchNorm("bn1", 8, 4, 4);
    layers.conv2d("conv2", layers.conv(8, 8, 3).padding(1), 4, 4);
    layers.batchNorm("bn2", 8, 4, 4);
    layers.conv2d("downsample.0", layers.conv(4, 8, 1).stride(2), 4, 4);
    layers.batchNorm("downsample.1", 8, 4, 4);
  }
}
