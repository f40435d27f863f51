package com.example.app;

import io.blockwork.Networks;

/** Runs the network once. */
public final class Main {
  private Main() {}

  /** Prints the layers, and how many scores an image gets. */
  public static void main(String[] args) {
    try (Flowers net = Networks.create(Flowers.class)) {
      System.out.println(net.summary()); // stage1.0.expansion.conv and so on
      System.out.println(net.forward(new float[3 * 64 * 64]).length + " scores");
    }
  }
}
