package io.blockwork.engine.onednn;

import io.blockwork.engine.onednn.FrozenRecorder.Named;
import io.blockwork.engine.onednn.PlanTensor.Storage;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The values that a prefix of a pass has written, and which of them others read. */
final class HandedOn {
  /** Channels of tensors that hold what the prefix, and nobody since, has written. */
  private final Map<PlanTensor, BitSet> written = new LinkedHashMap<>();

  /** Memory in which later layers have written over something of that. */
  private final Set<Storage> overwritten = new HashSet<>();

  HandedOn(PlanTensor input, List<FrozenLayer> prefix) {
    write(input);
    prefix.forEach(layer -> write(layer.write()));
  }

  private void write(PlanTensor tensor) {
    clear(tensor);
    written
        .computeIfAbsent(tensor.whole(), t -> new BitSet())
        .set(tensor.from(), tensor.from() + tensor.channels());
  }

  /** Forgets what lay where the tensor is written. */
  private void clear(PlanTensor tensor) {
    written.keySet().removeIf(t -> t.storage() == tensor.storage() && !t.equals(tensor.whole()));
    Optional.ofNullable(written.get(tensor.whole()))
        .ifPresent(c -> c.clear(tensor.from(), tensor.from() + tensor.channels()));
  }

  private void overwrite(PlanTensor tensor) {
    if (meets(tensor)) {
      overwritten.add(tensor.storage());
      clear(tensor);
    }
  }

  /** Whether the tensor shares memory with what the prefix has written. */
  private boolean meets(PlanTensor tensor) {
    return written.entrySet().stream()
        .filter(e -> e.getKey().storage() == tensor.storage())
        .anyMatch(e -> !e.getKey().equals(tensor.whole()) || isMet(e.getValue(), tensor));
  }

  private static boolean isMet(BitSet channels, PlanTensor tensor) {
    int next = channels.nextSetBit(tensor.from());
    return next >= 0 && next < tensor.from() + tensor.channels();
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
    if (read.size() != 1) {
      return Optional.empty();
    }
    PlanTensor whole = read.iterator().next();
    BitSet channels = written.getOrDefault(whole, new BitSet());
    boolean oneRange = channels.cardinality() == channels.length() - channels.nextSetBit(0);
    return !channels.isEmpty() && oneRange && !overwritten.contains(whole.storage())
        ? Optional.of(whole.slice(channels.nextSetBit(0), channels.length()))
        : Optional.empty();
  }
}
