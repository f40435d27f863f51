package io.blockwork.examples.predict;

import io.blockwork.SystemReport;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints: all that a bug report has to say of the machine. */
public final class Versions implements IVersionProvider {
  /** Made by picocli. */
  public Versions() {}

  @Override
  public String[] getVersion() {
    return SystemReport.text().lines().toArray(String[]::new);
  }
}
