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
 * {@link WithFeatures}, compiled: 3 x 8 x 8 -> 3.
 *
 * <p>Inference is {@link WithFeaturesForward}, training {@link WithFeaturesBackward}.
 * After He et al. 2015 (arXiv:1512.03385), section 4.2 and Figure 5.
 */
@Generated("io.blockwork.processor.BlockworkProcessor")
public final class WithFeaturesNetwork extends CompiledNetwork implements WithFeatures {
  private final Features stemFeatures = features(WithFeaturesStem::new, List.of(4, 8, 8));

  private final Features pyramidFeatures = features(WithFeaturesPyramid::new,
      List.of(8, 4, 4),
      List.of(4, 8, 8));

  private WithFeaturesNetwork(NetworkOptions options) {
    super(compiledArchitecture(), options);
  }

  /** {@return a new network with random weights and default options} */
  public static WithFeaturesNetwork create() {
    return create(NetworkOptions.defaults());
  }

  /**
   * {@return a new network}
   *
   * @param options seed, data type and engine
   */
  public static WithFeaturesNetwork create(NetworkOptions options) {
    return new WithFeaturesNetwork(options);
  }

  @Override
  protected ForwardPass forwardPass(InferenceBinder bind) {
    return new WithFeaturesForward(bind);
  }

  @Override
  protected TrainingPass trainingPass(TrainingBinder bind) {
    return new WithFeaturesBackward(bind);
  }

  /** {@code layer1}: {@code [N, 4, 8, 8]}, computed by {@link WithFeaturesStem}. */
  @Override
  public INDArray stem(INDArray images) {
    return stemFeatures.one(images);
  }

  /**
   * Computed by {@link WithFeaturesPyramid} in one pass:
   *
   * <ul>
   * <li>{@code c3} is {@code layer2}: {@code [N, 8, 4, 4]}
   * <li>{@code first} is {@code layer1.0.conv1}: {@code [N, 4, 8, 8]}
   * </ul>
   */
  @Override
  public WithFeatures.Pyramid pyramid(INDArray images) {
    var outputs = pyramidFeatures.all(images);
    return new WithFeatures.Pyramid(outputs.get(0), outputs.get(1));
  }

  private static Architecture compiledArchitecture() {
    var layers = Architecture.named("WithFeatures").input(3, 8, 8);
    stem(layers);
    layer1_0(layers, "layer1.0");
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
