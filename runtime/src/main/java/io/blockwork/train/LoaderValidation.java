package io.blockwork.train;

import io.blockwork.Network;
import io.blockwork.TestTimeViews;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Task;
import io.blockwork.image.Preprocessing;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Validation on this machine. */
record LoaderValidation(DataLoader loader, Measuring measuring) implements Validation {
  @Override
  public Task task() {
    return loader.dataset().task();
  }

  @Override
  public List<String> metrics() {
    return measuring.metrics(task()).stream().map(Metric::name).toList();
  }

  @Override
  public List<String> classNames() {
    return loader.dataset().classNames();
  }

  @Override
  public Optional<Preprocessing> preprocessing() {
    return loader.dataset().preprocessing();
  }

  /** Which epoch is the best, and when to stop, must not depend on the process that validates. */
  @Override
  public void prepare(Network network) {
    network.engine().makeRepeatable(network.parameters(), loader.batchSize());
    int rest = loader.dataset().size() % loader.batchSize();
    if (rest > 0) {
      network.engine().makeRepeatable(network.parameters(), rest);
    }
  }

  @Override
  public long images() {
    long full = (long) loader.batches() * loader.batchSize();
    return Math.min(full, loader.dataset().size());
  }

  @Override
  public Evaluation evaluate(Network network) {
    return evaluate(network, images -> {});
  }

  @Override
  public Evaluation evaluate(Network network, LongConsumer seen) {
    return Evaluation.of(network, loader, TestTimeViews.plain(), measuring, seen);
  }
}
