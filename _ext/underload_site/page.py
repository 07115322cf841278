"""The frame of a page: addresses and what a page says about itself."""


def one_address(app, config):
    """The address of the site is set once, as the book's base URL."""
    config.ogp_site_url = config.html_baseurl


def setup(app):
    """Register the step."""
    app.connect("config-inited", one_address)
