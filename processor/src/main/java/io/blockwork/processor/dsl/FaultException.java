package io.blockwork.processor.dsl;

/** Ends the reading or writing of a network at its first fault. */
final class FaultException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient Fault fault;

  FaultException(Fault fault) {
    super(fault.message().code(), null, false, false);
    this.fault = fault;
  }

  Fault fault() {
    return fault;
  }
}
