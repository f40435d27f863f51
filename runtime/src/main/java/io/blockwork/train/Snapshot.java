package io.blockwork.train;

import io.blockwork.parameters.Parameters;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The values of all parameters at one moment, which closing gives back to the network. */
final class Snapshot implements AutoCloseable {
  private final Parameters parameters;
  private final Map<String, INDArray> values;
  private final long passes;

  private Snapshot(Parameters parameters) {
    this.parameters = parameters;
    this.values = parameters.copies();
    this.passes = parameters.passes();
  }

  static Snapshot of(Parameters parameters) {
    return new Snapshot(parameters);
  }

  @Override
  public void close() {
    parameters.write(memory -> values.forEach((name, v) -> memory.view(name).assign(v)));
    parameters.passes(passes);
    values.values().forEach(INDArray::close);
  }
}
