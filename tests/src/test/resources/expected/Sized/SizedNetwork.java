package user;

import io.blockwork.Architecture;
import io.blockwork.NetworkOptions;
import io.blockwork.compiled.CompiledNetwork;
import io.blockwork.compiled.Features;
import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingPass;
import java.util.List;
import javax.annotation.processing.Generated;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@link Sized}, compiled: 3 x 8 x 8 -> 3.
 *
 * <p>Inference is {@link SizedForward}, training {@link SizedBackward}.
 * After He et al. 2015 (arXiv:1512.03385), section 4.2 and Figure 5.
 */
@Generated("io.blockwork.processor.BlockworkProcessor")
public final class SizedNetwork extends CompiledNetwork implements Sized {
  private final Features featuresFeatures = features(SizedFeatures::new, List.of(4, 8, 8));

  private SizedNetwork(NetworkOptions options) {
    super(compiledArchitecture(), options);
    sizes(new SizedAt4Network(this), new SizedAt6Network(this));
  }

  /** {@return a new network with random weights and default options} */
  public static SizedNetwork create() {
    return create(NetworkOptions.defaults());
  }

  /**
   * {@return a new network}
   *
   * @param options seed, data type and engine
   */
  public static SizedNetwork create(NetworkOptions options) {
    return new SizedNetwork(options);
  }

  @Override
  public Sized at(int height) {
    return at(Sized.class, height);
  }

  @Override
  protected ForwardPass forwardPass(InferenceBinder bind) {
    return new SizedForward(bind);
  }

  @Override
  protected TrainingPass trainingPass(TrainingBinder bind) {
    return new SizedBackward(bind);
  }

  /** {@code layer1}: {@code [N, 4, 8, 8]}, computed by {@link SizedFeatures}. */
  @Override
  public INDArray features(INDArray images) {
    return featuresFeatures.one(images);
  }

  private static Architecture compiledArchitecture() {
    var layers = Architecture.named("Sized").input(3, 8, 8);
    stem(layers);
    layer1_0(layers, "layer1.0");
    head(layers);
    layers.output(3).heads("fc");
    layers.slots(256L, 256L);
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

  private static void head(Architecture.Builder layers) {
    layers.globalAvgPool("avgpool", 4);
    layers.linear("fc", 4, 3);
  }
}
