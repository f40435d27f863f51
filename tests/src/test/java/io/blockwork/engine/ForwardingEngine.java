package io.blockwork.engine;

import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.Parameters;
import java.util.function.Function;

/**
 * An engine that binds on another one: tests override what they watch. What an engine need not be
 * able to do, this one is not.
 */
public class ForwardingEngine implements Engine {
  private final Engine engine;

  /** Binds on the given engine. */
  public ForwardingEngine(Engine engine) {
    this.engine = engine;
  }

  @Override
  public String name() {
    return engine.name();
  }

  @Override
  public BoundInference bindInference(
      Parameters parameters, int batch, Function<InferenceBinder, ForwardPass> network) {
    return engine.bindInference(parameters, batch, network);
  }

  @Override
  public BoundTraining bindTraining(
      Parameters parameters,
      Gradients gradients,
      int batch,
      TrainingSettings settings,
      Function<TrainingBinder, TrainingPass> network) {
    return engine.bindTraining(parameters, gradients, batch, settings, network);
  }
}
