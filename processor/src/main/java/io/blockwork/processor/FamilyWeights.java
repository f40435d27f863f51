package io.blockwork.processor;

import io.blockwork.graph.Graph;
import io.blockwork.processor.dsl.Fault;
import io.blockwork.processor.dsl.Publication;
import io.blockwork.processor.dsl.PublicationReader;
import io.blockwork.processor.dsl.Publications;
import io.blockwork.processor.spec.Problem;
import io.blockwork.processor.spec.Spec;
import io.blockwork.published.PretrainedWeights;
import io.blockwork.published.TorchvisionWeights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.lang.model.element.TypeElement;

/** The published weights of a network of one of the families: torchvision's, or its own. */
final class FamilyWeights {
  private final List<Fault> faults = new ArrayList<>();
  private final List<Publication> own;
  private final Optional<String> wanted;

  /**
   * @param wanted the name that the annotation gives
   */
  FamilyWeights(TypeElement type, Optional<String> wanted) {
    this.own = PublicationReader.read(type, faults);
    this.wanted = wanted;
  }

  /** What is wrong with the network's own. */
  List<Fault> faults() {
    return faults;
  }

  private Optional<Publication> own() {
    return own.stream().filter(p -> wanted.isEmpty() || p.name().equals(wanted.get())).findFirst();
  }

  /**
   * What keeps the weights that are wanted from being loaded.
   *
   * @param sound the network, if nothing else is wrong with it; else only their name is looked at
   */
  Optional<Problem> problem(Spec spec, Optional<Graph> sound) {
    if (wanted.isEmpty() || own().isPresent()) {
      return Optional.empty();
    }
    String name = wanted.get();
    return sound.isPresent() || TorchvisionWeights.find(name).isEmpty()
        ? PretrainedMatch.problem(spec, sound, name, own.stream().map(Publication::name).toList())
        : Optional.empty();
  }

  /** The weights, for a network that they fit. */
  Optional<PretrainedWeights> find(Graph graph) {
    Optional<Publication> publication = own();
    if (publication.isPresent()) {
      return Publications.own(publication.get(), graph, faults);
    }
    return wanted.flatMap(TorchvisionWeights::find);
  }
}
