package user;

import io.blockwork.Architecture;
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
 * {@link Sized}, compiled: 3 x 4 x 4 -> 3.
 *
 * <p>Inference is {@link SizedAt4Forward}, training {@link SizedAt4Backward}.
 * The parameters are those of {@link SizedNetwork}.
 */
@Generated("io.blockwork.processor.BlockworkProcessor")
final class SizedAt4Network extends CompiledNetwork implements Sized {
  private final Features featuresFeatures = features(SizedAt4Features::new, List.of(4, 4, 4));

  SizedAt4Network(SizedNetwork whole) {
    super(compiledArchitecture(), whole);
  }

  @Override
  public Sized at(int height) {
    return at(Sized.class, height);
  }

  @Override
  protected ForwardPass forwardPass(InferenceBinder bind) {
    return new SizedAt4Forward(bind);
  }

  @Override
  protected TrainingPass trainingPass(TrainingBinder bind) {
    return new SizedAt4Backward(bind);
  }

  /** {@code layer1}: {@code [N, 4, 4, 4]}, computed by {@link SizedAt4Features}. */
  @Override
  public INDArray features(INDArray images) {
    return featuresFeatures.one(images);
  }

  private static Architecture compiledArchitecture() {
    var layers = Architecture.named("Sized").input(3, 4, 4);
    stem(layers);
    layer1_0(layers, "layer1.0");
    head(layers);
    layers.output(3).heads("fc");
    layers.slots(64L, 64L);
    return layers.build();
  }

  private static void stem(Architecture.Builder layers) {
    layers.conv2d("conv1", layers.conv(3, 4, 3).padding(1), 4, 4);
    layers.batchNorm("bn1", 4, 4, 4);
  }

  private static void layer1_0(Architecture.Builder layers, String path) {
    layers.conv2d(path + ".conv1", layers.conv(4, 4, 3).padding(1), 4, 4);
    layers.batchNorm(path + ".bn1", 4, 4, 4);
    layers.conv2d(path + ".conv2", layers.conv(4, 4, 3).padding(1), 4, 4);
    layers.batchNorm(path + ".bn2", 4, 4, 4);
  }

  private static void head(Architecture.Builder layers) {
    layers.globalAvgPool("avgpool", 4);
    layers.linear("fc", 4, 3);
  }
}
