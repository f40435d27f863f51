package io.blockwork.processor.report;

/** How the sheet looks, in light and in dark. */
final class Style {
  static final String CSS =
      """
      :root {
        color-scheme: light dark;
        --page: #ffffff; --ink: #1c2330; --soft: #667085; --line: #d5dae3; --panel: #f6f7fa;
        --conv: #d8e6ff; --convline: #5b8def; --pool: #fde6c8; --poolline: #d9902f;
        --gate: #e4f4e6; --gateline: #4c9f5a; --skip: #c2557a; --plain: #eceff4;
        --b0: #999999; --b1: #0072b2; --b2: #009e73; --b3: #e69f00; --b4: #cc79a7; --b5: #56b4e9;
      }
      @media (prefers-color-scheme: dark) {
        :root {
          --page: #14171d; --ink: #e4e8f0; --soft: #98a2b3; --line: #343b48; --panel: #1b2029;
          --conv: #22375e; --convline: #6f9cf5; --pool: #4d3715; --poolline: #e0a04a;
          --gate: #1d3b25; --gateline: #62b872; --skip: #e07a9c; --plain: #2a303b;
        }
      }
      * { box-sizing: border-box; }
      body {
        margin: 0 auto; padding: 24px 20px 48px; max-width: 1240px; color: var(--ink);
        background: var(--page); font: 15px/1.5 system-ui, "Segoe UI", Roboto, Helvetica, sans-serif;
      }
      h1 { margin: 0; font-size: 30px; line-height: 1.2; overflow-wrap: anywhere; }
      h2 { margin: 36px 0 12px; font-size: 20px; }
      p { margin: 4px 0 12px; }
      .lead { color: var(--soft); }
      .totals { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 10px; margin: 16px 0; }
      .totals div { padding: 10px 14px; border-radius: 8px; background: var(--panel); border: 1px solid var(--line); }
      dt { color: var(--soft); font-size: 13px; }
      dd { margin: 0; font-size: 18px; font-weight: 600; font-variant-numeric: tabular-nums; }
      .wide { overflow-x: auto; }
      pre.source { margin: 10px 0; padding: 10px 14px; border-radius: 8px; background: var(--panel); border: 1px solid var(--line); font: 13px/1.45 ui-monospace, "SF Mono", Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
      .legend { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 12px 0; padding: 0; list-style: none; color: var(--soft); font-size: 13px; }
      .legend li { display: flex; align-items: center; gap: 6px; }
      .parts { display: flex; flex-wrap: wrap; gap: 14px; margin-top: 16px; }
      figure { flex: 1 1 auto; min-width: 0; max-width: 100%; margin: 0; padding: 12px; border: 1px solid var(--line); border-radius: 10px; background: var(--panel); }
      figure.aux { border-style: dashed; border-width: 2px; border-color: var(--poolline); }
      figcaption { margin-bottom: 8px; text-align: center; overflow-wrap: anywhere; }
      figcaption .title { display: block; width: 0; min-width: 100%; color: var(--soft); font-size: 13px; }
      svg { display: block; font: 12px system-ui, "Segoe UI", Roboto, Helvetica, sans-serif; }
      svg.part { margin: 0 auto; }
      svg.overview { margin: 0 auto; }
      svg.memory { width: 100%; min-width: 720px; }
      svg.defs { position: absolute; }
      text { fill: var(--ink); }
      .mid { text-anchor: middle; }
      .end { text-anchor: end; }
      .name { font-weight: 600; font-size: 12px; }
      .note, .shape { fill: var(--soft); color: var(--soft); font-size: 11px; }
      .halo { paint-order: stroke; stroke: var(--panel); stroke-width: 3px; stroke-linejoin: round; }
      .overview .halo { stroke: var(--page); }
      .op { font-size: 11px; }
      .times { font-weight: 700; color: var(--convline); }
      .plus { font-size: 15px; font-weight: 600; }
      .edge { stroke: var(--soft); stroke-width: 1.4; fill: none; }
      .arrow { marker-end: url(#tip); }
      #tip path { fill: context-stroke; }
      .skip { stroke: var(--skip); stroke-width: 1.6; fill: none; }
      .join { stroke-width: 1.8; fill: var(--page); stroke: var(--skip); }
      .join.product { stroke: var(--gateline); fill: var(--gate); }
      .pill { stroke-width: 1.2; fill: var(--plain); stroke: var(--line); }
      .pill.conv { fill: var(--conv); stroke: var(--convline); }
      .pill.pool { fill: var(--pool); stroke: var(--poolline); }
      .pill.concat { fill: var(--gate); stroke: var(--gateline); stroke-width: 1.8; }
      .pill.end { fill: var(--page); stroke: none; }
      .pill.rest { fill: var(--page); stroke-dasharray: 2 3; stroke: var(--soft); }
      .slab { fill: var(--plain); stroke: var(--soft); stroke-width: 1.4; }
      .slab.k1 { fill: var(--conv); stroke: var(--convline); }
      .slab.k2 { fill: var(--gate); stroke: var(--gateline); }
      .aux { stroke-dasharray: 4 3; }
      .lane { fill: var(--panel); stroke: var(--line); }
      .mark { stroke: var(--line); stroke-dasharray: 3 3; }
      .bar { opacity: 0.85; }
      .b0 { fill: var(--b0); } .b1 { fill: var(--b1); } .b2 { fill: var(--b2); }
      .b3 { fill: var(--b3); } .b4 { fill: var(--b4); } .b5 { fill: var(--b5); }
      details { border: 1px solid var(--line); border-radius: 8px; margin: 6px 0; background: var(--panel); }
      summary { display: flex; flex-wrap: wrap; gap: 4px 18px; padding: 8px 14px; cursor: pointer; }
      summary b { min-width: 110px; }
      summary span { color: var(--soft); font-variant-numeric: tabular-nums; }
      table { border-collapse: collapse; width: 100%; background: var(--page); font-size: 13px; }
      th, td { padding: 4px 12px; text-align: right; white-space: nowrap; border-top: 1px solid var(--line); }
      th:first-child, td:first-child, td:nth-child(2), thead th:nth-child(2) { text-align: left; }
      td { font-variant-numeric: tabular-nums; }
      thead th { color: var(--soft); font-weight: 500; }
      tr.run th { text-align: left; background: var(--panel); }
      tr.sum td, tr.sum th { font-weight: 600; }
      tr.sum td:nth-child(2) { text-align: right; }
      """;

  private Style() {}
}
