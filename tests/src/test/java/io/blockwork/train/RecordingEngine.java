package io.blockwork.train;

import io.blockwork.engine.BoundInference;
import io.blockwork.engine.BoundTraining;
import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.ForwardingEngine;
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
final class RecordingEngine extends ForwardingEngine {
  final List<String> asked = new ArrayList<>();

  RecordingEngine() {
    super(new Nd4jEngine());
  }

  @Override
  public BoundInference bindInference(
      Parameters parameters, int batch, Function<InferenceBinder, ForwardPass> network) {
    asked.add("inference of " + batch);
    return super.bindInference(parameters, batch, network);
  }

  @Override
  public BoundTraining bindTraining(
      Parameters parameters,
      Gradients gradients,
      int batch,
      TrainingSettings settings,
      Function<TrainingBinder, TrainingPass> network) {
    asked.add("training of " + batch);
    return super.bindTraining(parameters, gradients, batch, settings, network);
  }

  @Override
  public void makeRepeatable(Parameters parameters, int batch) {
    asked.add("repeatable " + batch);
  }
}
