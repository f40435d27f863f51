package io.blockwork.engine.onednn;

import io.blockwork.engine.onednn.FrozenRecorder.Named;
import io.blockwork.engine.onednn.PlanTensor.Storage;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The values that a prefix of a pass has written, and which of them others read. */
final class HandedOn {
  /** Channels of a tensor that hold what the prefix, and nobody since, has written. */
  private record Written(PlanTensor whole, BitSet channels) {
    boolean meets(PlanTensor tensor) {
      int next = channels.nextSetBit(tensor.from());
      boolean within = next >= 0 && next < tensor.from() + tensor.channels();
      return whole.equals(tensor.whole()) ? within : !channels.isEmpty();
    }
  }

  private final Map<Storage, Written> written = new HashMap<>();

  /** Memory in which later layers have written over something of that. */
  private final Set<Storage> overwritten = new HashSet<>();

  HandedOn(PlanTensor input, List<FrozenLayer> prefix) {
    write(input);
    prefix.forEach(layer -> write(layer.write()));
  }

  private void write(PlanTensor tensor) {
    range(tensor).set(tensor.from(), tensor.from() + tensor.channels());
  }

  /** The channels of the tensor's memory, which is of its shape from now on. */
  private BitSet range(PlanTensor tensor) {
    Written now = written.get(tensor.storage());
    if (now == null || !now.whole().equals(tensor.whole())) {
      now = new Written(tensor.whole(), new BitSet());
      written.put(tensor.storage(), now);
    }
    return now.channels();
  }

  private boolean meets(PlanTensor tensor) {
    Written now = written.get(tensor.storage());
    return now != null && now.meets(tensor);
  }

  private void overwrite(PlanTensor tensor) {
    if (meets(tensor)) {
      overwritten.add(tensor.storage());
      range(tensor).clear(tensor.from(), tensor.from() + tensor.channels());
    }
  }

  /**
   * The only tensor of the prefix that anybody reads later, if it stays as it is until the end:
   * what runs backward may read it once more.
   *
   * @param later the layers after the prefix
   * @param results what is read in the end
   */
  Optional<PlanTensor> to(List<Named> later, List<PlanTensor> results) {
    Set<PlanTensor> read = new LinkedHashSet<>();
    for (Named layer : later) {
      layer.reads().stream().filter(this::meets).forEach(t -> read.add(t.whole()));
      layer.write().ifPresent(this::overwrite);
    }
    results.stream().filter(this::meets).forEach(t -> read.add(t.whole()));
    return read.size() == 1 ? lasting(read.iterator().next()) : Optional.empty();
  }

  /** What the prefix has written of the tensor, if it is one range that nobody writes over. */
  private Optional<PlanTensor> lasting(PlanTensor whole) {
    BitSet channels = range(whole);
    boolean oneRange = channels.cardinality() == channels.length() - channels.nextSetBit(0);
    return !channels.isEmpty() && oneRange && !overwritten.contains(whole.storage())
        ? Optional.of(whole.slice(channels.nextSetBit(0), channels.length()))
        : Optional.empty();
  }
}
