package io.blockwork.compiled;

import io.blockwork.engine.BoundTraining;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The bound training plans of a network. Used by one thread at a time. */
final class TrainingPlans {
  private final int capacity;
  private final Function<Key, BoundTraining> bind;

  /** In order of use, the least recent first. */
  private final Map<Key, Plan> plans = new LinkedHashMap<>(4, 0.75f, true);

  /** What a plan is bound for. */
  record Key(int batch, boolean inputGradient) {}

  /**
   * A bound pass, and its arrays: made once, so that a pass leaves nothing for ND4J to free.
   *
   * @param output receives the network's output, and is lent to the caller until the next pass:
   *     callers may hold it for longer, so it is left to the garbage collector
   * @param outputGradient for the loss to fill
   */
  record Plan(BoundTraining pass, INDArray output, INDArray outputGradient) {
    /**
     * The output's gradient, all zero: a loss may write, or add to, some of its values only. ND4J's
     * own operation would make garbage.
     */
    INDArray clearedGradient() {
      DataBuffer data = outputGradient.data();
      Pointer.memset(data.pointer(), 0, data.length() * data.getElementSize());
      return outputGradient;
    }

    private void close() {
      pass.close();
      outputGradient.close();
    }
  }

  /**
   * @param capacity the most plans to keep, at least 1
   * @param bind makes a pass
   */
  TrainingPlans(int capacity, Function<Key, BoundTraining> bind) {
    this.capacity = capacity;
    this.bind = bind;
  }

  /** The plan for the key, whose outputs have the given type and shape. */
  Plan get(Key key, DataType type, long[] outputShape) {
    Plan known = plans.get(key);
    if (known != null) {
      return known;
    }
    while (plans.size() >= capacity) {
      Iterator<Plan> eldest = plans.values().iterator();
      eldest.next().close();
      eldest.remove();
    }
    // The plan outlives any workspace that the caller may have open.
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      INDArray output = Nd4j.create(type, outputShape);
      INDArray outputGradient = Nd4j.create(type, outputShape);
      Plan plan = new Plan(bind.apply(key), output, outputGradient);
      plans.put(key, plan);
      return plan;
    }
  }

  void close() {
    plans.values().forEach(Plan::close);
    plans.clear();
  }
}
