package io.blockwork.processor;

import com.google.auto.service.AutoService;
import java.util.Set;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.Processor;
import javax.annotation.processing.RoundEnvironment;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.TypeElement;

/**
 * Claims Blockwork's own annotations: with {@code -Xlint:processing}, javac warns of annotations
 * that nobody claims. {@link BlockworkProcessor} cannot, since it asks for all annotations, those
 * of others included. Stands behind it in the alphabet, which is the order in which compilers ask
 * them.
 */
@AutoService(Processor.class)
public final class ClaimProcessor extends AbstractProcessor {
  @Override
  public SourceVersion getSupportedSourceVersion() {
    return SourceVersion.latestSupported();
  }

  @Override
  public Set<String> getSupportedAnnotationTypes() {
    return Set.of("io.blockwork.*");
  }

  @Override
  public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
    return true;
  }
}
