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
 *
 * <p>After Huang et al. 2016 (arXiv:1608.06993), Figure 1 and section 3.
 */
@Generated("io.blockwork.processor.BlockworkProcessor")
public final class BareDenseNetwork extends CompiledNetwork implements BareDense {
  private BareDenseNetwork(NetworkOptions options) {
    super(compiledArchitecture(), options);
  }

  /**
   * Creates the network with random weights and default options.
   *
   * @return a new network
   */
  public static BareDenseNetwork create() {
    return create(NetworkOptions.defaults());
  }

  /**
   * Creates the network.
   *
   * @param options seed, data type and engine
   * @return a new network
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
    var layers = Architecture.named("BareDense");
    layers.input(4, 8, 8);
    denselayer1(layers);
    denselayer2(layers);
    layers.output(12, 8, 8);
    layers.slots(768L, 512L);
    return layers.build();
  }

  private static void denselayer1(Architecture.Builder layers) {
    layers.batchNorm("denselayer1.norm1", 4, 8, 8);
    layers.conv2d("denselayer1.conv1", layers.conv(4, 4, 3).padding(1), 8, 8);
  }

  private static void denselayer2(Architecture.Builder layers) {
    layers.batchNorm("denselayer2.norm1", 8, 8, 8);
    layers.layer("denselayer2.conv1", "Conv2d", 18_432L, 4, 8, 8);
    layers.weight("denselayer2.conv1.weight", layers.normal(0.16666666666666666), 4, 8, 3, 3);
  }
}
