package io.blockwork.engine.nd4j;

import io.blockwork.memory.NativeValues;
import io.blockwork.parameters.Parameters;
import java.util.function.Function;

/** The entries of one batch norm in the {@code state_dict}. */
record NormState(
    Values weight,
    Values bias,
    Values runningMean,
    Values runningVar,
    NativeValues batchesTracked,
    int channels) {
  /** To be read. */
  static NormState of(Parameters parameters, String path, int channels) {
    return of(parameters, path, channels, parameters::values);
  }

  /** For training, which moves the running statistics in {@link Parameters#write}. */
  static NormState writable(Parameters parameters, String path, int channels) {
    NormState[] lent = new NormState[1];
    parameters.write(memory -> lent[0] = of(parameters, path, channels, memory::values));
    return lent[0];
  }

  private static NormState of(
      Parameters parameters, String path, int channels, Function<String, NativeValues> memory) {
    Values weight = BindChecks.parameter(parameters, path, "weight", channels);
    Values bias = BindChecks.parameter(parameters, path, "bias", channels);
    BindChecks.parameter(parameters, path, "running_mean", channels);
    BindChecks.parameter(parameters, path, "running_var", channels);
    return new NormState(
        weight,
        bias,
        Values.of(memory.apply(path + ".running_mean")),
        Values.of(memory.apply(path + ".running_var")),
        memory.apply(path + ".num_batches_tracked"),
        channels);
  }
}
