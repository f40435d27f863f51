package io.blockwork.engine.nd4j;

import io.blockwork.parameters.Parameters;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The entries of one batch norm in the {@code state_dict}. */
record NormState(
    Values weight,
    Values bias,
    Values runningMean,
    Values runningVar,
    INDArray batchesTracked,
    int channels) {
  static NormState of(Parameters parameters, String path, int channels) {
    return new NormState(
        Shapes.parameter(parameters, path, "weight", channels),
        Shapes.parameter(parameters, path, "bias", channels),
        Shapes.parameter(parameters, path, "running_mean", channels),
        Shapes.parameter(parameters, path, "running_var", channels),
        parameters.view(path + ".num_batches_tracked"),
        channels);
  }
}
