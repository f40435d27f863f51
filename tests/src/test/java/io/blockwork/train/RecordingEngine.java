package io.blockwork.train;

import io.blockwork.engine.BoundInference;
import io.blockwork.engine.BoundTraining;
import io.blockwork.engine.Engine;
import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingPass;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.engine.nd4j.Nd4jEngine;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** ND4J's engine, which remembers what it is asked for. */
final class RecordingEngine implements Engine {
  final List<String> asked = new ArrayList<>();
  private final Engine engine = new Nd4jEngine();

  @Override
  public String name() {
    return engine.name();
  }

  @Override
  public BoundInference bindInference(
      Parameters parameters, int batch, Function<InferenceBinder, ForwardPass> network) {
    asked.add("inference of " + batch);
    return engine.bindInference(parameters, batch, network);
  }

  @Override
  public BoundTraining bindTraining(
      Parameters parameters,
      Gradients gradients,
      int batch,
      TrainingSettings settings,
      Function<TrainingBinder, TrainingPass> network) {
    asked.add("training of " + batch);
    return engine.bindTraining(parameters, gradients, batch, settings, network);
  }

  @Override
  public void makeRepeatable(Parameters parameters, int batch) {
    asked.add("repeatable " + batch);
  }
}
