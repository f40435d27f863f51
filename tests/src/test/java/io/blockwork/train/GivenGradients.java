package io.blockwork.train;

import io.blockwork.Architecture;
import io.blockwork.Network;
import io.blockwork.TrainingResult;
import io.blockwork.engine.Engine;
import io.blockwork.loss.Losses;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.Parameters;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A network of nothing but parameters, whose gradients the test sets. */
final class GivenGradients implements Network {
  private static final List<ParameterInfo> STATE =
      List.of(
          new ParameterInfo("fc.weight", ParameterInfo.Kind.LINEAR_WEIGHT, List.of(3, 4)),
          new ParameterInfo("fc.bias", ParameterInfo.Kind.LINEAR_BIAS, List.of(3)));

  private final Parameters parameters;
  private final Gradients gradients;
  private List<String> frozen = List.of();
  private Optional<Runnable> onTrain = Optional.empty();

  /** A weight and a bias. */
  GivenGradients(DataType type) {
    this(type, STATE);
  }

  GivenGradients(DataType type, List<ParameterInfo> state) {
    parameters = new Parameters(state, type);
    gradients = new Gradients(state, type);
  }

  /** What a training pass does to the gradients; without it there is none. */
  void onTrain(Runnable pass) {
    onTrain = Optional.of(pass);
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public Gradients gradients() {
    return gradients;
  }

  @Override
  public List<String> frozen() {
    return frozen;
  }

  @Override
  public void close() {}

  @Override
  public INDArray forward(INDArray images) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void forward(INDArray images, INDArray output) {
    throw new UnsupportedOperationException();
  }

  @Override
  public float[] forward(float[] images) {
    throw new UnsupportedOperationException();
  }

  @Override
  public TrainingResult train(INDArray images, Losses losses) {
    onTrain.orElseThrow(UnsupportedOperationException::new).run();
    return new TrainingResult(0, images, List.of(), List.of(), Optional.empty());
  }

  @Override
  public TrainingResult trainWithInputGradient(INDArray images, Losses losses) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<String> firstNonFinite(INDArray images) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Architecture architecture() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Engine engine() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void freeze(String... prefixes) {
    frozen = List.of(prefixes);
  }
}
