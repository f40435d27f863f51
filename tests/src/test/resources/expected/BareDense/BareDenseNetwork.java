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
 * {@link BareDense}, compiled: 4 x 8 x 8 -> 12 x 8 x 8.
 *
 * <p>Inference is {@link BareDenseForward}, training {@link BareDenseBackward}.
 * After Huang et al. 2016 (arXiv:1608.06993), Figure 1 and section 3.
 */
@Generated("io.blockwork.processor.BlockworkProcessor")
public final class BareDenseNetwork extends CompiledNetwork implements BareDense {
  private BareDenseNetwork(NetworkOptions options) {
    super(compiledArchitecture(), options);
  }

  /** {@return a new network with random weights and default options} */
  public static BareDenseNetwork create() {
    return create(NetworkOptions.defaults());
  }

  /**
   * {@return a new network}
   *
   * @param options seed, data type and engine
   */
  public static BareDenseNetwork create(NetworkOptions options) {
    return new BareDenseNetwork(options);
  }

  @Override
  protected ForwardPass forwardPass(InferenceBinder bind) {
    return new BareDenseForward(bind);
  }

  @Override
  protected TrainingPass trainingPass(TrainingBinder bind) {
    return new BareDenseBackward(bind);
  }

  private static Architecture compiledArchitecture() {
    var layers = Architecture.named("BareDense").input(4, 8, 8);
    denselayer1(layers, "denselayer1");
    denselayer2(layers, "denselayer2");
    layers.output(12, 8, 8);
    layers.slots(768L, 512L);
    return layers.build();
  }

  private static void denselayer1(Architecture.Builder layers, String path) {
    layers.batchNorm(path + ".norm1", 4, 8, 8);
    layers.conv2d(path + ".conv1", layers.conv(4, 4, 3).padding(1), 8, 8);
  }

  private static void denselayer2(Architecture.Builder layers, String path) {
    layers.batchNorm(path + ".norm1", 8, 8, 8);
    layers.conv2d(path + ".conv1", layers.conv(8, 4, 3).padding(1), layers.he(72), 8, 8);
  }
}
