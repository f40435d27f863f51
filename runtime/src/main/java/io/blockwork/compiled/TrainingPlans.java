package io.blockwork.compiled;

import io.blockwork.engine.BoundTraining;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The bound training plans of a network, of all its sizes. Used by one thread at a time. */
final class TrainingPlans {
  private final int capacity;

  /** In order of use, the least recent first. */
  private final Map<Key, Plan> plans = new LinkedHashMap<>(4, 0.75f, true);

  /**
   * What a plan is bound for.
   *
   * @param input shape of one image
   */
  record Key(List<Integer> input, int batch, boolean inputGradient) {}

  /**
   * A bound pass, and its arrays: made once, so that a pass leaves nothing for ND4J to free.
   *
   * @param outputs receive the network's outputs, and are lent to the caller until the next pass:
   *     callers may hold them for longer, so they are left to the garbage collector
   * @param outputGradients for the losses to fill
   */
  record Plan(BoundTraining pass, List<INDArray> outputs, List<INDArray> outputGradients) {
    /**
     * Makes the outputs' gradients zero: a loss may write, or add to, some of their values only,
     * and an output without a loss has none. ND4J's own operation would make garbage.
     */
    void clearGradients() {
      for (INDArray gradient : outputGradients) {
        DataBuffer data = gradient.data();
        Pointer.memset(data.pointer(), 0, data.length() * data.getElementSize());
      }
    }

    private void close() {
      pass.close();
      outputGradients.forEach(INDArray::close);
    }
  }

  /**
   * @param capacity the most plans to keep, at least 1
   */
  TrainingPlans(int capacity) {
    this.capacity = capacity;
  }

  /**
   * The plan for the key.
   *
   * @param bind makes the pass of a new one
   * @param type of its outputs, which have the given shapes
   */
  Plan get(Key key, Function<Key, BoundTraining> bind, DataType type, List<long[]> outputShapes) {
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
      List<INDArray> outputs = zeros(type, outputShapes);
      List<INDArray> outputGradients = zeros(type, outputShapes);
      Plan plan = new Plan(bind.apply(key), outputs, outputGradients);
      plans.put(key, plan);
      return plan;
    }
  }

  private static List<INDArray> zeros(DataType type, List<long[]> shapes) {
    return shapes.stream().map(shape -> Nd4j.create(type, shape)).toList();
  }

  void close() {
    plans.values().forEach(Plan::close);
    plans.clear();
  }
}
