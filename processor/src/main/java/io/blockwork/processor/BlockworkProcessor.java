package io.blockwork.processor;

import com.google.auto.common.BasicAnnotationProcessor;
import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableSet;
import javax.annotation.processing.Processor;
import javax.lang.model.SourceVersion;

/** Generates the classes of networks for interfaces that bear an architecture annotation. */
@AutoService(Processor.class)
public final class BlockworkProcessor extends BasicAnnotationProcessor {
  @Override
  public SourceVersion getSupportedSourceVersion() {
    return SourceVersion.latestSupported();
  }

  @Override
  protected ImmutableSet<Step> steps() {
    return ImmutableSet.of(new NetworkStep(processingEnv));
  }
}
