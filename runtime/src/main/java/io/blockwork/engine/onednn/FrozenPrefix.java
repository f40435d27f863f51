package io.blockwork.engine.onednn;

import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.Kernel;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingPass;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.engine.onednn.FrozenRecorder.Named;
import io.blockwork.engine.onednn.PlanTensor.Storage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The layers at the beginning of a training pass that are frozen. No gradient goes through them, so
 * they may be computed as inference computes them: norms folded into convolutions, sums and
 * activations in their kernels, in micro-batches, and in memory that is used again and again.
 *
 * @param length layers of the training pass that this stands for
 * @param layers what is computed
 * @param input the images
 * @param output the only tensor that later layers read
 */
record FrozenPrefix(int length, List<FrozenLayer> layers, PlanTensor input, PlanTensor output) {

  /**
   * The longest prefix of the pass that hands one tensor on; empty if there is none with a
   * convolution in it, or nothing to train behind it.
   *
   * @param network makes the generated class
   */
  static Optional<FrozenPrefix> of(
      TrainingSettings settings, Function<TrainingBinder, TrainingPass> network) {
    FrozenRecorder recorder = new FrozenRecorder(settings);
    TrainingPass pass = network.apply(recorder);
    List<Named> layers = recorder.layers();
    PlanTensor input = recorder.memories().use(pass.input());
    List<PlanTensor> results =
        pass.outputs().stream().map(o -> recorder.memories().use(o.value())).toList();
    int frozen = 0;
    while (frozen < layers.size() && isFrozen(layers.get(frozen))) {
      frozen++;
    }
    if (frozen == layers.size()) {
      return Optional.empty();
    }
    for (int length = frozen; length > 0; length--) {
      List<FrozenLayer> own =
          layers.subList(0, length).stream().flatMap(l -> l.frozen().stream()).toList();
      if (own.stream().noneMatch(FrozenLayer.Convolution.class::isInstance)) {
        break;
      }
      Optional<PlanTensor> output =
          new HandedOn(input, own).to(layers.subList(length, layers.size()), results);
      if (output.filter(recorder.memories()::isKept).isPresent()) {
        return Optional.of(new FrozenPrefix(length, fused(own, output.get()), input, output.get()));
      }
    }
    return Optional.empty();
  }

  /** Whether it is computed as in inference, or only backward. */
  private static boolean isFrozen(Named layer) {
    return layer.frozen().isPresent() || layer.write().isEmpty();
  }

  /** The same with what one kernel does in one layer. */
  private static List<FrozenLayer> fused(List<FrozenLayer> layers, PlanTensor output) {
    List<FrozenLayer> all = new ArrayList<>();
    Map<Storage, Integer> lastReaders = new HashMap<>();
    for (int i = 0; i < layers.size(); i++) {
      for (PlanTensor tensor : layers.get(i).reads()) {
        lastReaders.put(tensor.storage(), i);
      }
    }
    lastReaders.put(output.storage(), layers.size());
    for (int i = 0; i < layers.size(); i++) {
      FrozenLayer next = layers.get(i);
      int last = all.size() - 1;
      if (last >= 0
          && all.get(last) instanceof FrozenLayer.Convolution convolution
          && next.reads().contains(convolution.write())
          && (lastReaders.getOrDefault(convolution.write().storage(), 0) == i
              || isOverwritten(layers, i, convolution.write()))) {
        Optional<FrozenLayer.Convolution> both = convolution.followedBy(next);
        if (both.isPresent()) {
          all.set(last, both.get());
          continue;
        }
      }
      all.add(next);
    }
    return List.copyOf(all);
  }

  /**
   * Whether others write over the tensor before anybody reads it after the layer of that number.
   */
  private static boolean isOverwritten(List<FrozenLayer> layers, int reader, PlanTensor tensor) {
    for (int i = reader; i < layers.size(); i++) {
      PlanTensor write = layers.get(i).write();
      boolean other = write.storage() == tensor.storage() && !write.whole().equals(tensor.whole());
      if (other || write.equals(tensor)) {
        return true;
      }
      if (i + 1 < layers.size()
          && layers.get(i + 1).reads().stream().anyMatch(t -> t.storage() == tensor.storage())) {
        return false;
      }
    }
    return false;
  }

  /** Binds the layers as an inference pass. */
  ForwardPass bind(InferenceBinder binder) {
    FrozenMemory memory = new FrozenMemory(layers, input, output);
    binder.slots(memory.sizes());
    UnaryOperator<PlanTensor> place =
        t ->
            t.in(
                ((PlanTensor) binder.slot(memory.slot(t), t.parent(), t.height(), t.width()))
                    .storage());
    List<Kernel> kernels = layers.stream().map(l -> l.bind(binder, place)).toList();
    return new Pass(place.apply(input), place.apply(output), kernels);
  }

  private record Pass(Tensor input, Tensor output, List<Kernel> kernels) implements ForwardPass {
    @Override
    public void run() {
      kernels.forEach(Kernel::run);
    }
  }
}
