"""Charts: where their bars, points and lines stand. The SVG is in `templates/ui/chart.html`.

Across in percent of the width, down in pixels: so a chart fits every screen without being
stretched, and its letters keep their size.
"""
